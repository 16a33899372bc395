import {isOnPath} from '../lib/paths.ts'
import {InputError} from '../lib/errors.ts'
import type {Template} from '../template/template.ts'

/**
 * The requirements of Session Manager, if this template connects through it (Packer's docs, Session Manager
 * Connections).
 */
export function sessionManagerProblems(of: {
  readonly given: ReadonlySet<string>
  readonly template: Template
  /** The input `source-ami`. */
  readonly source: string
  readonly env: Readonly<Record<string, string | undefined>>
}): InputError[] {
  const {given, template, source, env} = of
  const {declared} = template
  const problems: InputError[] = []
  if (given.has('allowed-cidrs')) {
    problems.push(
      new InputError('allowed-cidrs', 'has no effect: connect-via: session-manager opens no port to anybody')
    )
  }
  if (!declared.has('connect_via')) return problems
  // AWS lists the distributions whose images have it (Systems Manager user guide, "Find AMIs with the SSM Agent preinstalled").
  if (template.shipped && source === 'debian-13') {
    problems.push(
      new InputError(
        'source-ami',
        "Debian's own images have no SSM agent, which connect-via: session-manager needs. Use al2023 or ubuntu-24.04, or an image of your own that has the agent."
      )
    )
  }
  if (
    declared.has('instance_profile') &&
    template.variables.has('instance_profile') &&
    !given.has('instance-profile')
  ) {
    problems.push(
      new InputError(
        'instance-profile',
        "is missing: with connect-via: session-manager the build's machine needs a role for its SSM agent. Name an instance profile whose role has AWS's policy AmazonSSMManagedInstanceCore."
      )
    )
  }
  if (!isOnPath('session-manager-plugin', env)) {
    problems.push(
      new InputError(
        'connect-via',
        "session-manager needs AWS's session-manager-plugin on this runner's PATH, but it is not there. Install it in a step before this one: docs/networks.md shows how."
      )
    )
  }
  return problems
}
