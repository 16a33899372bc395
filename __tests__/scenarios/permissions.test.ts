import {readFileSync} from 'node:fs'
import * as path from 'node:path'
import {runSimulation} from '@cloud-copilot/iam-simulate'
import {expect, it} from '@jest/globals'
import {honourSessionPolicies, type Authorize} from '../../rehearsal/cloud/auth/authorize.ts'
import {packerVersion} from '../../rehearsal/packers/versions.ts'
import {play, scenarioMs, withEachPacker} from './scenario.ts'

const policy: unknown = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '..', '..', 'iam', 'permissions.json'), 'utf8')
)

/** Judges by the policy that the README hands out, with an evaluator that is not ours, and then by the session policy. */
const shippedPermissions: Authorize = async (request) => {
  if (request.action.startsWith('sts:')) return {allowed: true}
  for (const {arn, context} of request.resources) {
    const result = await runSimulation(
      {
        request: {
          principal: 'arn:aws:iam::123456789012:role/bake-jenkins-ami',
          action: request.action,
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
      return {allowed: false, resource: arn, because: `because iam/permissions.json does not allow ${request.action}`}
    }
  }
  return honourSessionPolicies(request)
}

withEachPacker((packer) => {
  // An older Packer runs a derived template, which cannot tag all that it makes.
  if (packer.version !== packerVersion) return

  it(
    'bakes, rejects and cleans up with no more than the permissions in iam/',
    async () => {
      const run = await play(packer, {jenkins: 'wrong-version', authorize: shippedPermissions})
      expect(run.calls.filter(({errorCode}) => errorCode === 'UnauthorizedOperation')).toEqual([])
      expect(run).toMatchObject({exitCode: 1, leftovers: []})
      expect(run.outputs['verdict']).toBe('rejected')
    },
    scenarioMs
  )

  it(
    'bakes and promotes with no more than the permissions in iam/',
    async () => {
      const run = await play(packer, {authorize: shippedPermissions})
      expect(run.calls.filter(({errorCode}) => errorCode === 'UnauthorizedOperation')).toEqual([])
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
    },
    scenarioMs
  )
})
