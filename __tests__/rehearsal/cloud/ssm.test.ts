import {SSM} from '@aws-sdk/client-ssm'
import {expect, it} from '@jest/globals'
import type {Authorize} from '../../../rehearsal/cloud/auth/authorize.ts'
import {awsError, startTestCloud, type Keys, type TestCloud} from './test-cloud.ts'

const debian = '/aws/service/debian/release/13/latest/amd64'

function ssm({cloud}: TestCloud, keys: Keys = cloud.administrator, region = cloud.region): SSM {
  return new SSM({region, endpoint: cloud.endpoint, credentials: keys, maxAttempts: 1})
}

it.each([
  [debian, '136693071363', 'x86_64', 'text'],
  ['/aws/service/debian/release/13/latest/arm64', '136693071363', 'arm64', 'text'],
  [
    '/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id',
    '099720109477',
    'x86_64',
    'aws:ec2:image'
  ],
  ['/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64', '137112412989', 'arm64', 'text']
])('holds the id of the image that %s names', async (name, owner, architecture, dataType) => {
  const cloud = await startTestCloud()
  const {Parameter: found} = await ssm(cloud).getParameter({Name: name})
  expect(found).toEqual({
    Name: name,
    Type: 'String',
    Value: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
    Version: 1,
    LastModifiedDate: expect.any(Date),
    ARN: `arn:aws:ssm:us-east-1::parameter${name}`,
    DataType: dataType
  })
  const {Images} = await cloud.ec2.describeImages({ImageIds: [found?.Value ?? '']})
  expect(Images).toEqual([expect.objectContaining({OwnerId: owner, Architecture: architecture})])
  expect(cloud.cloud.calls[0]).toMatchObject({service: 'ssm', action: 'GetParameter', by: 'action', status: 200})
})

it('holds another id in another region, and takes the version that there is', async () => {
  const cloud = await startTestCloud()
  const [home, elsewhere] = await Promise.all(
    ['us-east-1', 'eu-west-1'].map(async (region) => {
      const {Parameter} = await ssm(cloud, cloud.cloud.administrator, region).getParameter({Name: `${debian}:1`})
      return Parameter
    })
  )
  expect(home?.Value).not.toBe(elsewhere?.Value)
  expect(elsewhere).toMatchObject({Name: debian, Selector: ':1', ARN: `arn:aws:ssm:eu-west-1::parameter${debian}`})
  await expect(ssm(cloud).getParameter({Name: `${debian}:2`})).rejects.toMatchObject(
    awsError('ParameterVersionNotFound')
  )
})

it('says of a parameter that is not there no more than the code, as AWS does', async () => {
  const error = {...awsError('ParameterNotFound'), message: 'UnknownError'}
  await expect(ssm(await startTestCloud()).getParameter({Name: '/images/base'})).rejects.toMatchObject(error)
})

it('keeps parameters of the account’s own, and their versions', async () => {
  const client = ssm(await startTestCloud())
  const Name = '/images/base'
  expect(await client.putParameter({Name, Value: 'one', Type: 'String'})).toMatchObject({Version: 1})
  await expect(client.putParameter({Name, Value: 'two'})).rejects.toMatchObject(awsError('ParameterAlreadyExists'))
  expect(await client.putParameter({Name, Value: 'two', Overwrite: true})).toMatchObject({Version: 2})
  const valueOf = async (name: string) => (await client.getParameter({Name: name})).Parameter?.Value
  expect(await Promise.all([Name, `${Name}:1`].map(valueOf))).toEqual(['two', 'one'])
  await expect(client.putParameter({Name: `${debian}x`, Value: 'x'})).rejects.toMatchObject(
    awsError('ValidationException')
  )
})

it('takes an image for a parameter of that data type some time after its answer, and nothing else ever', async () => {
  let aheadMs = 0
  const cloud = await startTestCloud({now: () => new Date(Date.now() + aheadMs)})
  const client = ssm(cloud)
  const put = (Value: string) =>
    client.putParameter({Name: '/images/base', Value, Type: 'String', DataType: 'aws:ec2:image', Overwrite: true})
  const value = async () => (await client.getParameter({Name: '/images/base'})).Parameter
  await expect(put('an image')).rejects.toMatchObject(awsError('ValidationException'))
  expect(await put(cloud.cloud.sourceImageId)).toMatchObject({Version: 1})
  await expect(value()).rejects.toMatchObject(awsError('ParameterNotFound'))
  aheadMs = 5_000
  expect(await value()).toMatchObject({Value: cloud.cloud.sourceImageId, DataType: 'aws:ec2:image', Version: 1})
  await put('ami-00000000000000000')
  await expect(client.putParameter({Name: '/images/base', Value: 'x', Overwrite: true})).rejects.toMatchObject(
    awsError('ValidationException')
  )
  aheadMs = 10_000
  expect(await value()).toMatchObject({Value: cloud.cloud.sourceImageId, Version: 1})
})

it('asks for the parameter’s own resource, and says who was denied what', async () => {
  const asked: string[] = []
  const authorize: Authorize = ({action, resources}) => {
    asked.push(...resources.map(({arn}) => `${action} ${arn}`))
    return {allowed: false, resource: resources[0]?.arn ?? '', because: 'because it is a test'}
  }
  const cloud = await startTestCloud({authorize})
  for (const Name of [debian, '/images/base', 'base']) {
    await expect(ssm(cloud).getParameter({Name})).rejects.toMatchObject({
      ...awsError('AccessDeniedException'),
      message: expect.stringMatching(
        /^User: arn:aws:iam::123456789012:user\/administrator is not authorized to perform: ssm:GetParameter on resource: \S+ because it is a test$/
      )
    })
  }
  expect(asked).toEqual([
    `ssm:GetParameter arn:aws:ssm:us-east-1::parameter${debian}`,
    'ssm:GetParameter arn:aws:ssm:us-east-1:123456789012:parameter/images/base',
    'ssm:GetParameter arn:aws:ssm:us-east-1:123456789012:parameter/base'
  ])
})

it.each([
  ['an unknown key', (keys: Keys) => ({...keys, accessKeyId: 'AKIAIOSFODNN7EXAMPLE'}), 'UnrecognizedClientException'],
  ['a wrong secret', (keys: Keys) => ({...keys, secretAccessKey: 'wrong'}), 'InvalidSignatureException'],
  ['a token of no session', (keys: Keys) => ({...keys, sessionToken: 'x'}), 'UnrecognizedClientException']
])('refuses %s', async (_, spoil, code) => {
  const cloud = await startTestCloud()
  await expect(ssm(cloud, spoil(cloud.cloud.administrator)).getParameter({Name: debian})).rejects.toMatchObject(
    awsError(code)
  )
})

it('refuses a session that has expired', async () => {
  let now = Date.now()
  const cloud = await startTestCloud({now: () => new Date(now), sessionSeconds: 60})
  const client = ssm(cloud, await cloud.assume())
  await client.getParameter({Name: debian})
  now += 61_000
  await expect(client.getParameter({Name: debian})).rejects.toMatchObject(awsError('ExpiredTokenException'))
})

it.each([
  ['no signature', {'x-amz-target': 'AmazonSSM.GetParameter'}, 'MissingAuthenticationTokenException'],
  ['a signature of no form', {'x-amz-target': 'AmazonSSM.GetParameter', authorization: 'x'}, 'IncompleteSignature']
])('answers in JSON where there is %s', async (_, headers, code) => {
  const {cloud} = await startTestCloud()
  const answer = await fetch(cloud.endpoint, {method: 'POST', headers, body: '{}'})
  expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/x-amz-json-1.1'])
  expect(await answer.json()).toMatchObject({__type: code})
})

it('does not pretend to be all of Systems Manager', async () => {
  await expect(ssm(await startTestCloud()).describeParameters({})).rejects.toThrow(
    "The rehearsal's local cloud does not offer the action DescribeParameters. AWS does."
  )
})

it('refuses a request without a name', async () => {
  await expect(ssm(await startTestCloud()).getParameter({Name: ''})).rejects.toMatchObject(
    awsError('ValidationException')
  )
})
