import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {statementsFor, type Statement} from '../../../../src/aws/errors/statements.ts'

const file = join(import.meta.dirname, '../../../../iam/permissions.json')
const shipped: readonly Statement[] = (JSON.parse(readFileSync(file, 'utf8')) as {Statement: Statement[]}).Statement

const actionsOf = ({Action}: Statement): string[] => [Action].flat() as string[]
const fits = (pattern: string, action: string): boolean =>
  pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern

/** Whether a statement of iam/permissions.json allows at least as much. */
function isInShippedPolicy(statement: Statement): boolean {
  return shipped.some(
    (wide) =>
      actionsOf(statement).every((action) => actionsOf(wide).some((pattern) => fits(pattern, action))) &&
      ['Effect', 'Resource', 'NotResource', 'Condition'].every(
        (key) => JSON.stringify(statement[key]) === JSON.stringify(wide[key])
      )
  )
}

describe('the statements that a denial prints', () => {
  const actions = [...new Set(shipped.flatMap(actionsOf))].filter((action) => action.startsWith('ec2:'))

  it.each(actions.filter((action) => !action.endsWith('*')))('are those of iam/permissions.json for %s', (action) => {
    const statements = statementsFor([{action}])
    expect(statements.filter((statement) => !isInShippedPolicy(statement))).toEqual([])
    expect(statements.flatMap(actionsOf)).toContain(action)
  })

  it('are all statements of iam/permissions.json that speak of an action', () => {
    const speaking = shipped.filter((statement) => actionsOf(statement).includes('ec2:RunInstances'))
    expect(
      statementsFor([{action: 'ec2:RunInstances'}]).filter((s) => actionsOf(s).includes('ec2:RunInstances'))
    ).toHaveLength(speaking.length)
  })
})

const role = 'arn:aws:iam::123456789012:role/build'

it.each([
  [undefined, '*'],
  [role, role]
])('keeps the role from passing other roles than to EC2, and no other than AWS named: %s', (resource, expected) => {
  const denial = {action: 'iam:PassRole', ...(resource !== undefined ? {resource} : {})}
  expect(statementsFor([denial])).toEqual([
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: expected,
      Condition: {StringLike: {'iam:PassedToService': 'ec2.amazonaws.com*'}}
    }
  ])
})

it('takes the conditions of the shipped policy for EC2, whose resources are new each time', () => {
  const denial = {action: 'ec2:ImportImage', resource: 'arn:aws:ec2:us-east-1::image/ami-1'}
  expect(statementsFor([denial])).toEqual([{Effect: 'Allow', Action: 'ec2:ImportImage', Resource: '*'}])
})
