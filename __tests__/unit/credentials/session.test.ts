import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import {openSession, type SessionCollaborators} from '../../../src/credentials/session.ts'
import {UserError} from '../../../src/lib/errors.ts'
import {claims, fakeSts, fakeTokenService, recordingLog} from './stand-ins.ts'

const signal = new AbortController().signal
const role = {
  arn: 'arn:aws:iam::111122223333:role/bake',
  sessionName: 'bake-1',
  durationSeconds: 3_600,
  audience: 'sts.amazonaws.com'
}
const options = {region: 'eu-west-1', role, allowedAccountIds: []}
const clock = {now: Date.now()}
const pause = () => Promise.resolve()
const clientWithoutCredentials: SessionCollaborators['createClient'] = (config) => {
  const error = new Error('Could not load credentials from any providers')
  return new STSClient({
    credentials: () => Promise.reject(Object.assign(error, {name: 'CredentialsProviderError'})),
    ...config
  })
}
const unreachable: SessionCollaborators['createClient'] = (config) =>
  new STSClient({...config, endpoint: 'http://127.0.0.1:1', maxAttempts: 1})

let tokens: Awaited<ReturnType<typeof fakeTokenService>>
let sts: Awaited<ReturnType<typeof fakeSts>>
let log: ReturnType<typeof recordingLog>
let collaborators: SessionCollaborators

beforeEach(async () => {
  clock.now = Date.now()
  tokens = await fakeTokenService()
  sts = await fakeSts({now: () => clock.now})
  log = recordingLog()
  collaborators = {env: tokens.env, log, createClient: sts.createClient, now: () => clock.now, pause}
})
afterEach(() => Promise.all([tokens.close(), sts.close()]))

async function messageOf(opened: Promise<unknown>): Promise<string> {
  const error = await opened.then(
    () => undefined,
    (reason: unknown) => reason
  )
  if (!(error instanceof UserError)) throw new Error(`not a UserError: ${String(error)}`)
  return error.message
}

it('assumes the role with the token and asks as whom', async () => {
  const session = await openSession(
    {...options, allowedAccountIds: ['999999999999', '111122223333']},
    collaborators,
    signal
  )
  expect(session).toMatchObject({
    accountId: '111122223333',
    arn: 'arn:aws:sts::111122223333:assumed-role/bake/session',
    partition: 'aws'
  })
  expect(Object.fromEntries(sts.calls[0] ?? [])).toEqual({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role.arn,
    RoleSessionName: 'bake-1',
    DurationSeconds: '3600',
    WebIdentityToken: tokens.tokens[0]
  })
  expect(sts.authorizations[0]).toBeUndefined()
  expect(sts.authorizations[1]).toContain('Credential=ASIA1/')
  expect(sts.authorizations[1]).toContain('/eu-west-1/sts/')
})

it('masks the token and all parts of the keys', async () => {
  await openSession(options, collaborators, signal)
  expect(log.masked).toEqual([tokens.tokens[0], 'ASIA1', 'secret-1', 'session-1'])
})

it('renews with a fresh token before the keys expire, and not sooner', async () => {
  const {credentials} = await openSession(options, collaborators, signal)
  expect(await credentials()).toMatchObject({accessKeyId: 'ASIA1'})
  clock.now += 59.5 * 60_000
  expect(await credentials()).toMatchObject({accessKeyId: 'ASIA2', secretAccessKey: 'secret-2'})
  expect(tokens.tokens).toHaveLength(2)
  expect(sts.calls.at(-1)?.get('WebIdentityToken')).toBe(tokens.tokens[1])
})

it('lets no client keep its keys, because the runner’s clock may be set right meanwhile', async () => {
  const {credentials} = await openSession(options, collaborators, signal)
  let asked = 0
  const client = sts.createClient({
    region: 'eu-west-1',
    credentials: () => {
      asked += 1
      return credentials()
    }
  })
  await client.send(new GetCallerIdentityCommand({}))
  asked = 0
  await client.send(new GetCallerIdentityCommand({}))
  expect(asked).toBeGreaterThan(0)
})

it('narrows by a session policy, each time with a fresh token', async () => {
  const session = await openSession(options, collaborators, signal)
  const narrowed = session.narrowed('{"Version":"2012-10-17"}')
  await narrowed(signal)
  expect(await narrowed(signal)).toMatchObject({accessKeyId: 'ASIA3'})
  expect(sts.calls.map((call) => call.get('Policy'))).toEqual([
    null,
    null,
    ...Array(2).fill('{"Version":"2012-10-17"}')
  ])
  expect(sts.calls.at(-1)?.get('WebIdentityToken')).toBe(tokens.tokens[2])
})

it('uses what the SDK finds without a role, and cannot narrow it', async () => {
  const ambient = {accessKeyId: 'AKIA', secretAccessKey: 'ambient-secret'}
  const createClient: SessionCollaborators['createClient'] = (config) =>
    sts.createClient({credentials: ambient, ...config})
  const session = await openSession(
    {region: 'eu-west-1', allowedAccountIds: []},
    {...collaborators, createClient},
    signal
  )
  expect(session.accountId).toBe('111122223333')
  expect(await session.credentials()).toMatchObject(ambient)
  expect(await session.narrowed('{}')(signal)).toMatchObject(ambient)
  expect(sts.calls).toHaveLength(1)
  expect(log.masked).toEqual(['AKIA', 'ambient-secret'])
})

it('says how to get credentials when there are none', async () => {
  const opened = openSession(
    {region: 'eu-west-1', allowedAccountIds: []},
    {...collaborators, createClient: clientWithoutCredentials},
    signal
  )
  expect(await messageOf(opened)).toMatch(/Could not load credentials.*role-to-assume.*configure-aws-credentials/s)
})

it('refuses a foreign account with the claims and a trust policy for the allowed one', async () => {
  const text = await messageOf(openSession({...options, allowedAccountIds: ['444455556666']}, collaborators, signal))
  expect(text).toContain('111122223333')
  expect(text).toContain('allowed-account-ids allows 444455556666')
  expect(text).toContain('arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com')
  expect(text).toContain(claims.sub)
})

it('answers a denied role with the claims and a trust policy, and never with the token', async () => {
  sts.failures.push({status: 403, code: 'AccessDenied', message: 'Not authorized to perform it'})
  const text = await messageOf(openSession(options, collaborators, signal))
  expect(text).toContain(
    `The role ${role.arn} could not be assumed in eu-west-1. AWS said: AccessDenied: Not authorized to perform it`
  )
  expect(text).toContain('"repository": "octo/images"')
  expect(text).toContain('"token.actions.githubusercontent.com:sub": "repo:octo@12/images@34:ref:refs/heads/main"')
  expect(text).toContain('arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com')
  expect(text).not.toContain(tokens.tokens[0])
  expect(text).not.toContain('not-shown')
})

it.each([
  ['InvalidIdentityToken', 400, 'No OpenIDConnect provider found', /identity provider for the token's issuer/],
  ['IDPRejectedClaim', 403, 'rejected', /identity provider for the token's issuer/],
  [
    'ValidationError',
    400,
    'The requested DurationSeconds exceeds the MaxSessionDuration',
    /role-duration-seconds is 3600: lower it/
  ],
  ['ValidationError', 400, "at 'roleSessionName' failed", /role-session-name/],
  ['PackedPolicyTooLarge', 400, '120 percent', /120 percent.*defect/s],
  ['MalformedPolicyDocument', 400, 'bad', /defect/],
  ['RegionDisabledException', 403, 'STS is not activated', /Enable STS for eu-west-1/],
  ['SomethingNew', 400, 'as AWS says it', /SomethingNew: as AWS says it/]
])('says what to change after %s (%d)', async (code, status, message, expected) => {
  sts.failures.push({status, code, message})
  expect(await messageOf(openSession(options, collaborators, signal))).toMatch(expected)
  expect(tokens.tokens).toHaveLength(1)
})

it.each([
  ['ExpiredTokenException', 'Token expired', /clock/],
  ['IDPCommunicationError', 'could not be reached', /Run the job again/],
  ['InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider", /identity provider/]
])('tries again with a fresh token after %s, then says what to do', async (code, message, expected) => {
  const failure = {status: 400, code, message}
  sts.failures.push(failure, failure, failure, failure)
  expect(await messageOf(openSession(options, collaborators, signal))).toMatch(expected)
  expect(sts.calls.map((call) => call.get('WebIdentityToken'))).toEqual(tokens.tokens)
  expect(tokens.tokens).toHaveLength(4)
  await openSession(options, collaborators, signal)
})

it('explains keys that AWS does not know', async () => {
  const ambient = {accessKeyId: 'AKIA', secretAccessKey: 'x'}
  const createClient: SessionCollaborators['createClient'] = (config) =>
    sts.createClient({credentials: ambient, ...config})
  sts.failures.push({status: 403, code: 'InvalidClientTokenId', message: 'The security token is invalid'})
  const opened = openSession({region: 'eu-west-1', allowedAccountIds: []}, {...collaborators, createClient}, signal)
  expect(await messageOf(opened)).toMatch(/InvalidClientTokenId.*not enabled in their account/s)
})

it('blames the region when its endpoint does not exist', async () => {
  const text = await messageOf(openSession(options, {...collaborators, createClient: unreachable}, signal))
  expect(text).toMatch(/aws-region 'eu-west-1' exists/)
})

it('says that the job may not ask for tokens', async () => {
  expect(await messageOf(openSession(options, {...collaborators, env: {}}, signal))).toContain('id-token: write')
})

it('ends with the reason of its signal', async () => {
  const cancel = new AbortController()
  const createClient: SessionCollaborators['createClient'] = (config) => {
    cancel.abort(new Error('cancelled here'))
    return sts.createClient(config)
  }
  await expect(openSession(options, {...collaborators, createClient}, cancel.signal)).rejects.toThrow('cancelled here')
  await expect(openSession(options, collaborators, cancel.signal)).rejects.toThrow('cancelled here')
})
