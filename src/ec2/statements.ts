import {tagKeys} from '../image/tags.ts'

/** A statement of an IAM policy, as JSON. */
export type Statement = Readonly<Record<string, unknown>>

const creating = ['ec2:RunInstances', 'ec2:CreateImage', 'ec2:CreateKeyPair', 'ec2:CreateSecurityGroup']
const looking = /^ec2:(Describe\w*|GetConsoleOutput)$/
const changing = new Set([
  'ec2:AuthorizeSecurityGroupIngress',
  'ec2:CreateImage',
  'ec2:CreateTags',
  'ec2:DeleteKeyPair',
  'ec2:DeleteSecurityGroup',
  'ec2:DeleteSnapshot',
  'ec2:DeleteTags',
  'ec2:DeleteVolume',
  'ec2:DeregisterImage',
  'ec2:ModifyImageAttribute',
  'ec2:ModifyInstanceAttribute',
  'ec2:StopInstances',
  'ec2:TerminateInstances'
])

/**
 * The statements that allow these actions, no wider than iam/permissions.json does: what is made must carry the tag of a
 * bake, and only what carries it can be changed or removed.
 *
 * @param tagged false for a template that does not use our tags: those conditions would deny it everything
 */
export function statementsFor(actions: readonly string[], tagged = true): Statement[] {
  const wanted = [...new Set(actions)].toSorted()
  const rest = wanted.filter((action) => !looking.test(action) && !creating.includes(action) && !changing.has(action))
  const looks = wanted.filter((action) => looking.test(action))
  const known = wanted.filter((action) => !rest.includes(action) && !looks.includes(action))
  return [
    ...(looks.length > 0 ? [allow(looks)] : []),
    ...(tagged ? taggedStatements(known) : known.length > 0 ? [allow(known)] : []),
    ...rest.map((action) => allow([action], conditionOf(action)))
  ]
}

function taggedStatements(wanted: readonly string[]): Statement[] {
  const creates = creating.filter((action) => wanted.includes(action))
  const changes = wanted.filter((action) => changing.has(action))
  const tagOf = (key: string): Statement => ({Null: {[`aws:${key}/${tagKeys.bake}`]: 'false'}})
  return [
    ...(creates.length > 0 ? [allow(creates, tagOf('RequestTag'))] : []),
    ...(creates.includes('ec2:RunInstances') ? [launchWithWhatIsThere] : []),
    ...(creates.includes('ec2:CreateSecurityGroup')
      ? [{Effect: 'Allow', Action: 'ec2:CreateSecurityGroup', Resource: 'arn:*:ec2:*:*:vpc/*'}]
      : []),
    // AWS asks for this only once the create itself is allowed, so it would be the next denial.
    ...(creates.length > 0 || wanted.includes('ec2:CreateTags')
      ? [allow(['ec2:CreateTags'], {StringEquals: {'ec2:CreateAction': creating.map((action) => action.slice(4))}})]
      : []),
    ...(changes.length > 0 ? [allow(changes, tagOf('ResourceTag'))] : [])
  ]
}

const launchWithWhatIsThere: Statement = {
  Effect: 'Allow',
  Action: 'ec2:RunInstances',
  NotResource: ['instance', 'volume', 'network-interface'].map((type) => `arn:*:ec2:*:*:${type}/*`)
}

function conditionOf(action: string): Statement | undefined {
  return action === 'iam:PassRole' ? {StringLike: {'iam:PassedToService': 'ec2.amazonaws.com*'}} : undefined
}

function allow(actions: readonly string[], condition?: Statement): Statement {
  const Action = actions.length === 1 ? actions[0] : actions
  return {Effect: 'Allow', Action, Resource: '*', ...(condition ? {Condition: condition} : {})}
}

/** One statement on a line, as it stands in a policy. */
export function printStatements(statements: readonly Statement[]): string {
  return statements.map((statement) => JSON.stringify(statement)).join(',\n')
}
