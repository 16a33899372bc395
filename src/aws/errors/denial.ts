import {creatingActions} from '../ec2-actions.ts'
import {printStatements, statementsFor} from './statements.ts'

/** A call that AWS denied, as its message tells it (IAM user guide, "Troubleshoot access denied error messages"). */
export interface Denial {
  /** `ec2:RunInstances`. */
  readonly action: string
  readonly resource?: string
  /** Which policy denied it: the role's, which does not allow it, or another that forbids it. */
  readonly by:
    | 'role'
    | 'explicit-deny'
    | 'session'
    | 'session-deny'
    | 'boundary'
    | 'organization'
    | 'endpoint'
    | 'resource'
}

/** Matches the code and the message of a denial; the encoded part is for `aws sts decode-authorization-message`. */
const denialCodes = /\b(UnauthorizedOperation|AccessDenied\w*)\b/

/** @returns undefined if the message is not a denial, or does not name the action */
export function denialIn(text: string): Denial | undefined {
  if (!denialCodes.test(text)) return undefined
  const said = /not authorized to perform: ([\w-]+:[A-Za-z]+)(?: on resource: (\S+))?/.exec(text)
  // Where AWS names no action, the SDK for Go names the call.
  const called = /operation error (\w+): (\w+)/.exec(text)
  const action = said?.[1] ?? (called ? `${called[1]?.toLowerCase()}:${called[2]}` : undefined)
  if (action === undefined) return undefined
  return {action, ...(said?.[2] ? {resource: said[2]} : {}), by: decidedBy(text)}
}

function decidedBy(text: string): Denial['by'] {
  if (/explicit deny in a session policy/.test(text)) return 'session-deny'
  if (/session policy/.test(text)) return 'session'
  if (/permissions boundary/.test(text)) return 'boundary'
  if (/(service|resource) control policy|declarative policy/i.test(text)) return 'organization'
  if (/VPC endpoint policy/i.test(text)) return 'endpoint'
  if (/resource-based policy/.test(text)) return 'resource'
  return /explicit deny/.test(text) ? 'explicit-deny' : 'role'
}

const sessionAdvice =
  "The action limits Packer's session to the calls of the amazon-ebs builder, in the region of the bake. If the template uses the " +
  'variable tags, Packer may make, change and remove only resources with these tags: use tags in every source as run_tags, tags and snapshot_tags ' +
  '(and as run_volume_tags and spot_tags, where there are any). Take out of the template whatever needs more: images are copied and shared with ' +
  'ami_regions and ami_users, and commands that ask AWS for something else belong in a step after this one.'

/** The advice for denials that no statement in the role's own policy can lift. */
const otherPolicies: Readonly<Record<Exclude<Denial['by'], 'role'>, string>> = {
  'explicit-deny':
    "One of the role's policies forbids it with an explicit deny: another allow does not help, remove that statement.",
  session: sessionAdvice,
  'session-deny': sessionAdvice,
  boundary: "The role's permissions boundary does not allow it: ask its administrators to extend it.",
  organization: 'A policy of the AWS organization forbids it: its administrators must allow it for this account.',
  endpoint:
    'The policy of the VPC endpoint, through which this runner reaches AWS, does not allow it: ask the administrators of the VPC to extend that policy (aws ec2 describe-vpc-endpoints), or run the job elsewhere.',
  resource:
    "The resource's own policy (a key policy, for example) does not allow it to this role: ask the resource's owner to extend that policy."
}

/** Denials as lines of a message, each once. */
export function describeDenials(denials: readonly Denial[]): string[] {
  return [...new Set(denials.map(({action, resource}) => `- ${action}${resource ? ` on ${resource}` : ''}`))]
}

export interface DenialContext {
  /** False for a template that does not use our tags, and where Packer does not tag what it creates. */
  readonly tagged?: boolean
  /** Those that Packer's session may work in: the bake's, and then those that images are only copied to. */
  readonly regions?: readonly string[]
  /** A sentence that names the policies with all permissions needed here. */
  readonly policies?: string
  /** Whether only these policies have the right conditions, so that no statements are printed. */
  readonly onlyPolicies?: boolean
}

/** The advice after denied calls: who must allow them, and the statements for the role's policy. */
export function denialAdvice(denials: readonly Denial[], context: DenialContext = {}): string {
  const {
    tagged = true,
    regions,
    policies = 'iam/permissions.json has all that the action and the shipped template need',
    onlyPolicies = false
  } = context
  const ofRole = denials.filter(({by}) => by === 'role')
  const actions = [...new Set(ofRole.map(({action}) => action))]
  const nameOf = (action: string): string => (denials.length > 1 ? `${action}: ` : '')
  const adviceOn = ({by, ...denial}: Denial): string[] =>
    by === 'role' ? [] : [nameOf(denial.action) + (elsewhere({by, ...denial}, regions) ?? otherPolicies[by])]
  const others = new Set(denials.flatMap(adviceOn))
  const untagged = tagged
    ? ''
    : ' (without a condition on tags: the template does not use the variable tags, or Packer does not tag at creation in this region)'
  const allow = `Allow ${actions.join(', ')} in the role's policy${untagged}; ${policies}`
  if (actions.length === 0) return [...others].join('\n')
  if (onlyPolicies) return [...others, `${allow}.`].join('\n')
  return [...others, `${allow}:`, printStatements(statementsFor(ofRole, tagged))].join('\n')
}

/**
 * The advice for a call in a region that Packer's session may not work in. AWS names no region in the denial of a call
 * that is about no resource.
 */
function elsewhere({action, resource, by}: Denial, regions: readonly string[] = []): string | undefined {
  const [home, ...others] = regions
  const copies = others.filter((one) => one !== home)
  if (by !== 'session-deny' || home === undefined) return undefined
  const [, region] = /^arn:[\w-]+:\w+:([a-z0-9-]*):/.exec(resource ?? '') ?? []
  const allowed = ['', home, ...(creatingActions.includes(action.replace('ec2:', '')) ? [] : copies)]
  if (region !== undefined && allowed.includes(region)) return undefined
  return (
    `The call went to ${region ?? 'another region'}, but Packer's session may work only in ${home}` +
    `${copies.length > 0 ? ` and copy images to ${copies.join(', ')}` : ''}: the action knows no other region of the template's before Packer runs. ` +
    'To build in the region of \'aws-region\', say region = var.region in every source and declare variable "region" {}, which is filled in ' +
    '("{{user `region`}}" in legacy JSON); to build in another one, set \'aws-region\' to it. Write the regions of ami_regions and of data sources as ' +
    'strings, or as variables with such values.'
  )
}
