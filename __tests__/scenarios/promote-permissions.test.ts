import {expect, it} from '@jest/globals'
import type {AuthorizationRequest} from '../../rehearsal/cloud/auth/authorize.ts'
import type {ActionRun} from '../../rehearsal/runner/run-action.ts'
import {allows, shippedPolicy, statementsOf, type Statement} from '../helpers/shipped-policy.ts'
import {promote} from './promote.ts'
import {play, withCurrentPacker} from './scenario.ts'

const asked: AuthorizationRequest[] = []
const statements = statementsOf('promote-permissions.json')
const actionsOf = ({Action}: Statement): string[] => [Action].flat()

withCurrentPacker((packer) => {
  it('suffices to promote an image, and to remove what did not come to its end', async () => {
    let judges = false
    const runs: ActionRun[] = []
    const policy = shippedPolicy('promote-permissions.json', statementsOf('ssm-parameter-permissions.json'))
    await play(packer, {
      authorize(request) {
        if (!judges || request.principal.kind === 'user') return {allowed: true}
        asked.push(request)
        return policy(request)
      },
      async afterwards(local, {outputs}) {
        judges = true
        const inputs = {
          'ami-id': outputs['ami-id'] ?? '',
          'copy-to-regions': 'eu-central-1,eu-west-2',
          'kms-key-id': 'alias/images',
          'share-with': '210987654321',
          'deprecate-after': '90d',
          'ssm-parameter': '/jenkins/ami'
        }
        local.cloud.interfere({faults: [{at: {action: 'CopyImage', nth: 2}, kind: 'denied'}]})
        runs.push(await promote(local, inputs))
        local.cloud.interfere({})
        runs.push(await promote(local, inputs))
      }
    })
    expect(runs[0]?.log).toContain('CopyImage')
    expect(runs).toMatchObject([{exitCode: 1}, {exitCode: 0}])
    expect(runs[0]?.log).not.toContain('Left in the account')
  })

  /** No key pair, group, machine or volume is made: that there are none is only looked at. */
  it.each(
    statements.flatMap((statement) => actionsOf(statement).map((one) => ({sid: statement.Sid ?? '', action: one})))
  )('would be denied $action without it in $sid', async ({sid, action: name}) => {
    const left = statements.map((one) =>
      one.Sid === sid ? {...one, Action: actionsOf(one).filter((other) => other !== name)} : one
    )
    const wanted = asked.filter((request) => request.action === name)
    expect(wanted).not.toEqual([])
    const verdicts = await Promise.all(
      wanted.flatMap(({resources}) => resources.map((resource) => allows(left, {action: name, ...resource})))
    )
    expect(verdicts).toContain(false)
  })
})
