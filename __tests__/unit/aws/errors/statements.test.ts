import {readFileSync} from 'node:fs'
import * as path from 'node:path'
import {describe, expect, it} from '@jest/globals'
import {statementsFor, type Statement} from '../../../../src/aws/errors/statements.ts'

const file = path.join(import.meta.dirname, '../../../../iam/permissions.json')
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
    const statements = statementsFor([action])
    expect(statements.filter((statement) => !isInShippedPolicy(statement))).toEqual([])
    expect(statements.flatMap(actionsOf)).toContain(action)
  })

  it('are all statements of iam/permissions.json that speak of an action', () => {
    const speaking = shipped.filter((statement) => actionsOf(statement).includes('ec2:RunInstances'))
    expect(statementsFor(['ec2:RunInstances']).filter((s) => actionsOf(s).includes('ec2:RunInstances'))).toHaveLength(
      speaking.length
    )
  })
})

it('keeps the role from passing other roles than to EC2', () => {
  expect(statementsFor(['iam:PassRole'])).toEqual([
    {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: '*',
      Condition: {StringLike: {'iam:PassedToService': 'ec2.amazonaws.com*'}}
    }
  ])
})
