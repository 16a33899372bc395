import {expect, it} from '@jest/globals'
import {honourSessionPolicies, type Authorize} from '../../rehearsal/cloud/auth/authorize.ts'
import {packerVersion} from '../../rehearsal/packers/versions.ts'
import {shippedPolicy, statementsOf} from '../shippedPolicy.ts'
import {furnishProfile, profileName} from './instanceProfile.ts'
import {play, scenarioMs, withEachPacker} from './scenario.ts'

/** By the policy that the README hands out with statements of others, and then by the session policy. */
function allowed(...more: readonly string[]): Authorize {
  const policy = shippedPolicy('permissions.json', more.flatMap(statementsOf))
  return async (request) => {
    // The account's owner, who has made what is there before.
    if (request.principal.kind === 'user') return {allowed: true}
    const verdict = await policy(request)
    return verdict.allowed ? honourSessionPolicies(request) : verdict
  }
}

const shippedPermissions = allowed()

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

  it(
    'builds through Session Manager with an instance profile, with no more than the permissions in iam/',
    async () => {
      const authorize = allowed('instance-profile-permissions.json', 'session-manager-permissions.json')
      const inputs = {'connect-via': 'session-manager', 'instance-profile': profileName, 'smoke-test': 'false'}
      const run = await play(packer, {inputs, authorize, onCloud: furnishProfile})
      expect(run.calls.filter(({errorCode}) => /Unauthorized|AccessDenied/.test(errorCode ?? ''))).toEqual([])
      expect(run).toMatchObject({exitCode: 0, leftovers: []})
    },
    scenarioMs
  )
})
