import {expect, it} from '@jest/globals'
import {honourSessionPolicies, type Authorize} from '../../rehearsal/cloud/auth/authorize.ts'
import {packerVersion} from '../../rehearsal/packers/versions.ts'
import {shippedPolicy} from '../shippedPolicy.ts'
import {play, scenarioMs, withEachPacker} from './scenario.ts'

const policy = shippedPolicy('permissions.json')

/** By the policy that the README hands out, and then by the session policy. */
const shippedPermissions: Authorize = async (request) => {
  const verdict = await policy(request)
  return verdict.allowed ? honourSessionPolicies(request) : verdict
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
