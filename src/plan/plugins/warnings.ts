/** A plugin to look for in the warnings. */
interface PluginVersion {
  readonly name: string
  readonly version: string
}

/** A security warning as the update center has it (update-center2, resources/warnings.json). */
interface Warning {
  readonly type?: unknown
  readonly name?: unknown
  readonly message?: unknown
  readonly url?: unknown
  readonly versions?: unknown
}

/** Versions that a warning is about. Jenkins itself uses the pattern, a Java regular expression. */
interface Range {
  readonly firstVersion?: unknown
  readonly lastVersion?: unknown
  readonly pattern?: unknown
}

/**
 * The update center's security warnings about these plugins, in a sentence each. Their patterns are not executed: a
 * range is judged by its first and last version, and only the pattern `.*`, by far the most frequent one, is
 * understood. In doubt there is a warning.
 */
export function securityWarnings(plugins: readonly PluginVersion[], warnings: readonly unknown[]): string[] {
  const versions = new Map(plugins.map(({name, version}) => [name, version]))
  return warnings.flatMap((value) => {
    const {type, name, message, url, versions: ranges} = (value ?? {}) as Warning
    const version = type === 'plugin' && typeof name === 'string' ? versions.get(name) : undefined
    if (version === undefined) return []
    const found = (Array.isArray(ranges) ? ranges : []).flatMap((range) => wordsFor((range ?? {}) as Range, version))
    if (found[0] === undefined) return []
    return `The plugin ${String(name)}:${version} ${found[0]}: ${textOf(message)} (${textOf(url)})`
  })
}

/** Undefined when the range is not about the version. */
function wordsFor({firstVersion, lastVersion, pattern}: Range, version: string): string | [] {
  if (pattern === '.*') return 'has a published security problem'
  if (typeof lastVersion !== 'string') return 'may have a published security problem'
  if (compareVersions(version, lastVersion) > 0) return []
  if (typeof firstVersion === 'string' && compareVersions(version, firstVersion) < 0) return []
  return `is among the versions up to ${lastVersion}, of which some or all have a published security problem`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

const number = /^\d+$/
const beforeRelease = /^(alpha|beta|cr|ea|m|milestone|pre|preview|rc|snapshot)(\d*)$/i

/**
 * Compares versions of plugins, such as `2.0-beta-5`, `4.0.2.8` and `391.ve4a_38c1b_cf4b_`, part by part. A word counts
 * only if it marks a version before a release, such as `beta`.
 *
 * @returns less than, equal to or more than 0; 0 also if they cannot be compared
 */
export function compareVersions(one: string, other: string): number {
  const [ones, others] = [one, other].map((version) => version.slice(0, 100).split(/[.-]/)) as [string[], string[]]
  for (let index = 0; index < Math.max(ones.length, others.length); index += 1) {
    const [a, b] = [ones[index] ?? '0', others[index] ?? '0']
    const order = compareParts(a, b)
    if (order !== 0) return order
    // The hash of a commit says nothing about the order.
    if (a !== b && !(number.test(a) && number.test(b))) return 0
  }
  return 0
}

function compareParts(a: string, b: string): number {
  if (number.test(a) && number.test(b)) return Number(a) - Number(b)
  const [early, otherEarly] = [beforeRelease.exec(a), beforeRelease.exec(b)]
  if (early && otherEarly) {
    const [[, word = '', count = ''], [, otherWord = '', otherCount = '']] = [early, otherEarly]
    return word.localeCompare(otherWord, 'en', {sensitivity: 'base'}) || Number(count) - Number(otherCount)
  }
  if (early && number.test(b)) return -1
  return otherEarly && number.test(a) ? 1 : 0
}
