import {readFileSync} from 'node:fs'
import * as path from 'node:path'
import {runSimulation} from '@cloud-copilot/iam-simulate'
import type {Authorize} from '../rehearsal/cloud/auth/authorize.ts'

/**
 * Judges requests by a policy that this project hands out, with an evaluator that is not ours. What STS does is allowed.
 *
 * @param name of a file in iam/
 */
export function shippedPolicy(name: string): Authorize {
  const policy: unknown = JSON.parse(readFileSync(path.join(import.meta.dirname, '..', 'iam', name), 'utf8'))
  return async ({action, resources}) => {
    if (action.startsWith('sts:')) return {allowed: true}
    for (const {arn, context} of resources) {
      const result = await runSimulation(
        {
          request: {
            principal: 'arn:aws:iam::123456789012:role/bake-jenkins-ami',
            action,
            resource: {resource: arn, accountId: '123456789012'},
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
