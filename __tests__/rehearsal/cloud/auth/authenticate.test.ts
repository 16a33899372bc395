import {expect, it} from '@jest/globals'
import {awsError, startTestCloud} from '../test-cloud.ts'

const callIdentity = 'Action=GetCallerIdentity&Version=2011-06-15'
const unknownKey = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40)}

/** A request as the SDKs do not send it. */
async function post(endpoint: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(endpoint, {
    method: 'POST',
    body,
    headers: {'content-type': 'application/x-www-form-urlencoded', ...headers}
  })
  return {status: response.status, text: await response.text()}
}

it('takes the administrator and knows who it is', async () => {
  const {sts, ec2, cloud} = await startTestCloud()
  expect(await sts.getCallerIdentity({})).toMatchObject({
    Account: cloud.accountId,
    Arn: `arn:aws:iam::${cloud.accountId}:user/administrator`,
    UserId: expect.stringMatching(/^AIDA/)
  })
  await expect(ec2.describeVpcs({})).resolves.toMatchObject({Vpcs: [{IsDefault: true}]})
})

it('refuses a request that is not signed', async () => {
  const {cloud} = await startTestCloud()
  const missing = {status: 403, text: expect.stringContaining('<Code>MissingAuthenticationToken</Code>')}
  expect(await post(cloud.endpoint, callIdentity)).toEqual(missing)
  expect(await post(cloud.endpoint, 'Action=DescribeVpcs&Version=2016-11-15')).toEqual(missing)
})

it('refuses a signature that is not of the right form', async () => {
  const {cloud} = await startTestCloud()
  const answer = await post(cloud.endpoint, callIdentity, {authorization: 'AWS4-HMAC-SHA256 Credential=x'})
  expect(answer).toEqual({status: 400, text: expect.stringContaining('<Code>IncompleteSignature</Code>')})
})

it('refuses an unknown key, each service in its own words', async () => {
  const {ec2As, stsAs} = await startTestCloud()
  await expect(ec2As(unknownKey).describeVpcs({})).rejects.toMatchObject(awsError('AuthFailure', 401))
  await expect(stsAs(unknownKey).getCallerIdentity({})).rejects.toMatchObject(awsError('InvalidClientTokenId', 403))
})

it('refuses a wrong secret', async () => {
  const {cloud, ec2As, stsAs} = await startTestCloud()
  const wrong = {...cloud.administrator, secretAccessKey: unknownKey.secretAccessKey}
  await expect(ec2As(wrong).describeVpcs({})).rejects.toMatchObject(awsError('AuthFailure', 401))
  await expect(stsAs(wrong).getCallerIdentity({})).rejects.toMatchObject(awsError('SignatureDoesNotMatch', 403))
})

it("refuses a session's key without its own token", async () => {
  const {assume, ec2As, stsAs} = await startTestCloud()
  const [one, other] = [await assume(), await assume()]
  const {sessionToken: _token, ...bare} = one
  const swapped = {...one, sessionToken: other.sessionToken ?? ''}
  for (const keys of [bare, swapped]) {
    await expect(ec2As(keys).describeVpcs({})).rejects.toMatchObject(awsError('AuthFailure', 401))
    await expect(stsAs(keys).getCallerIdentity({})).rejects.toMatchObject(awsError('InvalidClientTokenId', 403))
  }
})

it('refuses a session once it has expired', async () => {
  let later = 0
  const {assume, ec2As, stsAs} = await startTestCloud({now: () => new Date(Date.now() + later), sessionSeconds: 60})
  const keys = await assume()
  await expect(ec2As(keys).describeVpcs({})).resolves.toBeDefined()
  later = 61_000
  await expect(ec2As(keys).describeVpcs({})).rejects.toMatchObject(awsError('RequestExpired'))
  await expect(stsAs(keys).getCallerIdentity({})).rejects.toMatchObject(awsError('ExpiredToken', 403))
})

it('refuses a request that was signed more than a quarter of an hour ago', async () => {
  const {ec2, sts} = await startTestCloud({now: () => new Date(Date.now() + 16 * 60_000)})
  await expect(ec2.describeVpcs({})).rejects.toMatchObject(awsError('RequestExpired'))
  await expect(sts.getCallerIdentity({})).rejects.toMatchObject({
    ...awsError('SignatureDoesNotMatch', 403),
    message: expect.stringMatching(/^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z/)
  })
})

it('refuses a region that does not exist', async () => {
  const {cloud, ec2As} = await startTestCloud()
  const elsewhere = ec2As(cloud.administrator, {region: 'mars-west-3'})
  await expect(elsewhere.describeVpcs({})).rejects.toMatchObject({
    ...awsError('AuthFailure', 401),
    message: expect.stringContaining("not 'mars-west-3'")
  })
})

it('refuses a request that was changed after it was signed', async () => {
  const {cloud, ec2} = await startTestCloud()
  ec2.middlewareStack.add(
    (next) => (args) => {
      const {request} = args as {request: {body: string}}
      request.body = request.body.replace('DescribeVpcs', 'DescribeTags')
      return next(args)
    },
    {step: 'deserialize', priority: 'low'}
  )
  await expect(ec2.describeVpcs({})).rejects.toMatchObject(awsError('AuthFailure', 401))
  expect(cloud.calls.at(-1)).toMatchObject({action: 'DescribeTags', status: 401, errorCode: 'AuthFailure'})
})
