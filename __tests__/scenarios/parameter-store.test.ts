import {SSM} from '@aws-sdk/client-ssm'
import {expect, it} from '@jest/globals'
import {honourSessionPolicies, type Authorize} from '../../rehearsal/cloud/auth/authorize.ts'
import type {LocalCloud} from '../../rehearsal/index.ts'
import {shippedPolicy, type Statement} from '../helpers/shipped-policy.ts'
import {play, withPacker} from './scenario.ts'

const roleWith = (...statements: Statement[]) => shippedPolicy('permissions.json', statements)

const name = '/images/base'

async function nameSourceImage({cloud}: LocalCloud): Promise<void> {
  const {region, endpoint, administrator, sourceImageId} = cloud
  const ssm = new SSM({region, endpoint, credentials: administrator})
  await ssm.putParameter({Name: name, Value: sourceImageId, Type: 'String'})
}

withPacker((packer) => {
  const bakeFrom = (source: string, authorize: Authorize, onCloud?: (local: LocalCloud) => Promise<void>) =>
    play(packer, {inputs: {'source-ami': `resolve:ssm:${source}`}, authorize, ...(onCloud ? {onCloud} : {})})

  it('bakes on the image that a parameter names, once the role has the statement that the refusal asks for', async () => {
    // The administrator puts the parameter there.
    const putting = {Effect: 'Allow', Action: 'ssm:PutParameter', Resource: '*'}
    const refused = await bakeFrom(name, roleWith(putting), nameSourceImage)
    expect(refused).toMatchObject({exitCode: 1, changes: ['PutParameter'], leftovers: []})
    expect(refused.log).toContain(
      `the parameter ${name} in us-east-1 cannot be read: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/`
    )
    const [, statement = ''] = /Allow ssm:GetParameter in the role's policy; .*:\n(\{.*\})/.exec(refused.log) ?? []
    expect(JSON.parse(statement)).toEqual({
      Effect: 'Allow',
      Action: 'ssm:GetParameter',
      Resource: `arn:aws:ssm:us-east-1:123456789012:parameter${name}`
    })

    const run = await bakeFrom(name, roleWith(putting, JSON.parse(statement)), nameSourceImage)
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(run.calls).toContainEqual(
      expect.objectContaining({service: 'ssm', action: 'GetParameter', by: 'action', status: 200})
    )
    expect(run.log).toContain(`Source image ${run.outputs['source-ami-id']} debian-13-amd64-`)
  })

  it('bakes on the image that a distribution’s public parameter names', async () => {
    const run = await bakeFrom(
      '/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id',
      honourSessionPolicies
    )
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    expect(run.log).toContain(`Source image ${run.outputs['source-ami-id']} ubuntu/images/`)
  })

  it('says that there is no such parameter, and makes nothing', async () => {
    const run = await bakeFrom(name, honourSessionPolicies)
    expect(run).toMatchObject({exitCode: 1, changes: [], leftovers: []})
    expect(run.log).toContain(`Input 'source-ami': there is no parameter ${name} in us-east-1; correct its name`)
  })
})
