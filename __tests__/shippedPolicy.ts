import {readFileSync} from 'node:fs'
import * as path from 'node:path'
import {runSimulation} from '@cloud-copilot/iam-simulate'
import type {Authorize} from '../rehearsal/cloud/auth/authorize.ts'

interface PolicyDocument {
  readonly Statement: readonly unknown[]
}

/** Of a file in iam/. */
export function statementsOf(name: string): readonly unknown[] {
  const text = readFileSync(path.join(import.meta.dirname, '..', 'iam', name), 'utf8')
  const {Statement}: PolicyDocument = JSON.parse(text)
  return Statement
}

/**
 * Judges requests by a policy that this project hands out, with an evaluator that is not ours. What STS does is allowed.
 *
 * @param name of a file in iam/
 * @param more statements that its reader adds
 */
export function shippedPolicy(name: string, more: readonly unknown[] = []): Authorize {
  const policy = {Version: '2012-10-17', Statement: [...statementsOf(name), ...more]}
  return async ({action, resources}) => {
    if (action.startsWith('sts:')) return {allowed: true}
    for (const {arn, context} of resources) {
      const result = await runSimulation(
        {
          request: {
            principal: 'arn:aws:iam::123456789012:role/bake-jenkins-ami',
            action,
            // The evaluator knows no documents without an account, as AWS's own are.
            resource: {resource: arn.replace('::document/', ':123456789012:document/'), accountId: '123456789012'},
            contextVariables: context as Record<string, string | string[]>
          },
          identityPolicies: [{name: 'role', policy}],
          serviceControlPolicies: [],
          resourceControlPolicies: []
        },
        {}
      )
      if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors))
      if (result.overallResult !== 'Allowed') {
        return {allowed: false, resource: arn, because: `because iam/${name} does not allow ${action}`}
      }
    }
    return {allowed: true}
  }
}
