import {changingActions, creatingActions, furtherActions} from '../ec2-actions.ts'
import {tagKeys} from '../tags.ts'

/** A statement of an IAM policy, as JSON. */
export type Statement = Readonly<Record<string, unknown>>

const creating = creatingActions.map((action) => `ec2:${action}`)
const looking = /^ec2:Describe\w*$/
const changing = new Set([...changingActions, ...furtherActions].map((action) => `ec2:${action}`))
const tagging = new Set(['ec2:CreateTags', 'ec2:DeleteTags'])

const key = (kind: 'RequestTag' | 'ResourceTag', name: 'bake' | 'expires'): string => `aws:${kind}/${tagKeys[name]}`
const given = {[key('RequestTag', 'bake')]: '?'.repeat(12), [key('RequestTag', 'expires')]: '20??-??-??T??:??:??.???Z'}
const isABakes = {[key('ResourceTag', 'bake')]: 'false', [key('ResourceTag', 'expires')]: 'false'}
const products = ['arn:*:ec2:*::image/*', 'arn:*:ec2:*::snapshot/*']

/**
 * The statements that allow calls, no wider than iam/permissions.json does: new resources must carry the tags of a
 * bake, and only resources with them that were not kept can be changed or removed.
 *
 * @param calls what they need; the resource counts for what is not EC2's
 * @param tagged false for a template that does not use our tags: those conditions would deny it everything
 */
export function statementsFor(
  calls: readonly {readonly action: string; readonly resource?: string}[],
  tagged = true
): Statement[] {
  const resources = new Map(calls.map(({action, resource}) => [action, resource]))
  const wanted = [...resources.keys()].toSorted()
  const looks = wanted.filter((action) => looking.test(action))
  const known = wanted.filter((action) => creating.includes(action) || changing.has(action) || tagging.has(action))
  const rest = wanted.filter((action) => !looks.includes(action) && !known.includes(action))
  return [
    ...(looks.length > 0 ? [allow(looks)] : []),
    ...(tagged ? taggedStatements(known) : known.length > 0 ? [allow(known)] : []),
    ...rest.map((action) =>
      action === 'iam:PassRole'
        ? allow([action], resources.get(action) ?? '*', {StringLike: {'iam:PassedToService': 'ec2.amazonaws.com*'}})
        : allow([action], action.startsWith('ec2:') ? '*' : (resources.get(action) ?? '*'))
    )
  ]
}

function taggedStatements(wanted: readonly string[]): Statement[] {
  const creates = creating.filter((action) => wanted.includes(action))
  const changes = wanted.filter((action) => changing.has(action))
  const tags = wanted.includes('ec2:CreateTags')
  return [
    ...(creates.length > 0 ? [allow(creates, '*', {StringLike: given})] : []),
    ...(creates.includes('ec2:RunInstances') ? [launchWithWhatIsThere] : []),
    ...(creates.includes('ec2:CreateSecurityGroup') ? [allow(['ec2:CreateSecurityGroup'], 'arn:*:ec2:*:*:vpc/*')] : []),
    // AWS asks for this only once the create itself is allowed, so it would be the next denial.
    ...(creates.length > 0 || tags
      ? [
          allow(['ec2:CreateTags'], '*', {
            StringEquals: {'ec2:CreateAction': creatingActions}
          })
        ]
      : []),
    ...(changes.length > 0 ? [allow(changes, '*', {Null: isABakes})] : []),
    ...(tags ? [allow(['ec2:CreateTags'], products, {Null: isABakes, StringLikeIfExists: given})] : []),
    ...(wanted.includes('ec2:DeleteTags') ? [takeExpiryOff] : [])
  ]
}

const launchWithWhatIsThere = allow(
  ['ec2:RunInstances'],
  ['arn:*:ec2:*::image/*', ...['key-pair', 'security-group', 'subnet'].map((type) => `arn:*:ec2:*:*:${type}/*`)]
)

const takeExpiryOff = allow(['ec2:DeleteTags'], products, {
  Null: {[key('ResourceTag', 'bake')]: 'false', 'aws:TagKeys': 'false'},
  'ForAllValues:StringEquals': {'aws:TagKeys': tagKeys.expires}
})

function allow(
  actions: readonly string[],
  resource: string | readonly string[] = '*',
  condition?: Statement
): Statement {
  const Action = actions.length === 1 ? actions[0] : actions
  return {Effect: 'Allow', Action, Resource: resource, ...(condition ? {Condition: condition} : {})}
}

/** One statement on a line, as it stands in a policy. */
export function printStatements(statements: readonly Statement[]): string {
  return statements.map((statement) => JSON.stringify(statement)).join(',\n')
}
