import {describe, expect, it} from '@jest/globals'
import {tagKeys} from '../../src/aws/tags.ts'
import {allows, shippedFiles, statementsOf, type Statement} from '../helpers/shipped-policy.ts'
import {attacks} from './attacks.ts'

const shipped = statementsOf('permissions.json')

it.each(attacks)('denies $what', async (attack) => {
  expect(await allows(shipped, attack)).toBe(false)
})

it('has an allowed counterpart: the attacks are judged', async () => {
  const [first] = attacks
  if (!first) throw new Error('there are no attacks')
  const allowing: Statement = {Effect: 'Allow', Action: '*', Resource: '*'}
  const verdicts = await Promise.all(attacks.map((attack) => allows([allowing], attack)))
  expect(verdicts).not.toContain(false)
})

/** Each way to leave a condition, or a resource, out of a statement. */
function weaker(statement: Statement): (readonly [what: string, statement: Statement])[] {
  const conditions = (statement['Condition'] ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  const withoutKeys = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.keys(keys).map((left): [string, Statement] => {
      const rest = Object.fromEntries(Object.entries(keys).filter(([key]) => key !== left))
      const others = Object.fromEntries(Object.entries(conditions).filter(([other]) => other !== operator))
      const Condition = Object.keys(rest).length > 0 ? {...others, [operator]: rest} : others
      return [`${operator} ${left}`, {...statement, Condition}]
    })
  )
  const anywhere: [string, Statement][] =
    statement['Resource'] === '*' ? [] : [['Resource', {...statement, Resource: '*'}]]
  return [...withoutKeys, ...anywhere]
}

describe('each condition and each list of resources keeps somebody out:', () => {
  const rows = shipped.flatMap((statement) =>
    weaker(statement).map(([what, weak]) => ({sid: statement.Sid ?? '', what, statement, weak}))
  )

  it.each(rows)('$sid without $what', async ({statement, weak}) => {
    const policy = shipped.map((one) => (one === statement ? weak : one))
    const verdicts = await Promise.all(attacks.map((attack) => allows(policy, attack)))
    expect(verdicts).toContain(true)
  })
})

it.each(shippedFiles)('%s is a policy that IAM takes: within its length, with names that are unique', (file) => {
  const statements = statementsOf(file)
  // A managed policy's limit, in characters without white space (IAM user guide, quotas).
  expect(JSON.stringify({Version: '2012-10-17', Statement: statements}).length).toBeLessThanOrEqual(6_144)
  expect(new Set(statements.map(({Sid}) => Sid)).size).toBe(statements.length)
})

it('leaves handing over a role, and all that looks into machines, to files of their own', () => {
  const actions = shipped.flatMap(({Action}) => [Action].flat())
  expect(actions.filter((action) => /\*|PassRole|Attribute$/.test(action))).toEqual(['ec2:ModifyImageAttribute'])
})

it('can mark images as verified, but not with the limits for the role of pull requests', async () => {
  const image = {action: 'ec2:CreateTags', arn: 'arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0'}
  const limited = [...shipped, ...statementsOf('pull-request-limits.json')]
  const tags = {[tagKeys.bake]: '0123456789ab', [tagKeys.expires]: '2026-11-26T21:25:24.123Z'}
  const named = (kind: string, given: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(given).map(([key, value]) => [`aws:${kind}/${key}`, value]))
  const tagging = (given: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}) => ({
    ...image,
    context: {...named('RequestTag', given), 'aws:TagKeys': Object.keys(given), ...more}
  })
  const marks = {...tags, [tagKeys.verified]: '2026-11-26T20:00:00.000Z'}
  for (const more of [named('ResourceTag', tags), {'ec2:CreateAction': 'CreateImage'}]) {
    expect(await allows(shipped, tagging(marks, more))).toBe(true)
    expect(await allows(limited, tagging(marks, more))).toBe(false)
    expect(await allows(limited, tagging(tags, more))).toBe(true)
  }
})
