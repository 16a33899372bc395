/** A line of a template's `required_plugins`, as Packer understands it. */
export interface RequiredPlugin {
  /** `github.com/hashicorp/amazon`. */
  readonly source: string
  /** `>= 1.8.1`; empty for any version. */
  readonly constraint: string
  /** Whether a plugin that satisfies it is in Packer's plugin folder. */
  readonly installed: boolean
}

/**
 * Reads the output of `packer plugins required`: NAME SOURCE "CONSTRAINT", and the paths of installed plugins
 * (hashicorp/packer, command/plugins_required.go).
 */
export function requiredPlugins(printed: string): RequiredPlugin[] {
  return [...printed.matchAll(/^\S+ ([^\s/]+\/[^\s/]+\/\S+) "([^"\n]*)"( \S.*)?$/gm)].map(
    ([, source = '', constraint = '', paths]) => ({source, constraint, installed: paths !== undefined})
  )
}

/** The plugins that are not installed yet. */
export function missing(required: readonly RequiredPlugin[]): RequiredPlugin[] {
  return required.filter(({installed}) => !installed)
}

/** For a message: `github.com/hashicorp/amazon >= 1.8.1`. */
export function nameOf({source, constraint}: RequiredPlugin): string {
  return constraint === '' ? source : `${source} ${constraint}`
}
