import {expect, it} from '@jest/globals'
import {SignJWT, decodeJwt, generateKeyPair} from 'jose'
import {issuer} from '../../../rehearsal/cloud/oidc.ts'
import {awsError, startTestCloud} from './test-cloud.ts'

const everything = {Version: '2012-10-17', Statement: {Effect: 'Allow', Action: '*', Resource: '*'}}
const trustFor = (condition: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: {Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'},
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: condition
    }
  })

it("gives a session for GitHub's token", async () => {
  const {cloud, sts, stsAs, token} = await startTestCloud()
  const {Credentials: keys, ...answer} = await sts.assumeRoleWithWebIdentity({
    RoleArn: cloud.roleArn,
    RoleSessionName: 'bake',
    WebIdentityToken: await token()
  })
  expect(answer).toMatchObject({
    Audience: 'sts.amazonaws.com',
    SubjectFromWebIdentityToken: 'repo:example-org/jenkins-images:ref:refs/heads/main',
    AssumedRoleUser: {Arn: `arn:aws:sts::${cloud.accountId}:assumed-role/bake-jenkins-ami/bake`}
  })
  expect(keys).toMatchObject({AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/), Expiration: expect.any(Date)})
  const session = stsAs({
    accessKeyId: keys?.AccessKeyId ?? '',
    secretAccessKey: keys?.SecretAccessKey ?? '',
    sessionToken: keys?.SessionToken ?? ''
  })
  expect((await session.getCallerIdentity({})).Arn).toBe(answer.AssumedRoleUser?.Arn)
})

it("puts GitHub's claims into the token", async () => {
  const subject = 'repo:acme@12/images@34:environment:production'
  const {token} = await startTestCloud({subject})
  const claims = decodeJwt(await token())
  expect(claims).toMatchObject({
    iss: issuer,
    aud: 'sts.amazonaws.com',
    sub: subject,
    repository: 'acme/images',
    repository_owner: 'acme',
    repository_id: '34',
    environment: 'production',
    job_workflow_ref: expect.stringMatching(/^acme\/images\/\.github\/workflows\//)
  })
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300)
})

it('hands out tokens to the holder of the request token alone', async () => {
  const {cloud} = await startTestCloud()
  const response = await fetch(`${cloud.oidc.requestUrl}&audience=x`, {headers: {authorization: 'Bearer wrong'}})
  expect(response.status).toBe(401)
  expect(cloud.calls.at(-1)).toMatchObject({service: 'oidc', action: 'GetIdToken', status: 401, by: 'action'})
})

it('refuses a token that the role does not trust, as it refuses a role that is not there', async () => {
  const {cloud, sts, token} = await startTestCloud({
    trustPolicy: trustFor({StringLike: {'token.actions.githubusercontent.com:sub': 'repo:acme/*'}})
  })
  const WebIdentityToken = await token()
  for (const RoleArn of [cloud.roleArn, `${cloud.roleArn}-other`]) {
    const request = {RoleArn, RoleSessionName: 'bake', WebIdentityToken}
    await expect(sts.assumeRoleWithWebIdentity(request)).rejects.toMatchObject({
      ...awsError('AccessDenied', 403),
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
    })
  }
})

const asksFor = (claim: string, value: string): string =>
  trustFor({StringEquals: {[`token.actions.githubusercontent.com:${claim}`]: value}})

it.each([
  ['repository_id', '74'],
  ['ref', 'refs/heads/main'],
  ['job_workflow_ref', 'example-org/jenkins-images/.github/workflows/rebake.yml@refs/heads/main']
])('lets a trust policy ask for the claim %s', async (claim, value) => {
  const {cloud, sts, token} = await startTestCloud({trustPolicy: asksFor(claim, value)})
  const request = {RoleArn: cloud.roleArn, RoleSessionName: 'bake', WebIdentityToken: await token()}
  await expect(sts.assumeRoleWithWebIdentity(request)).resolves.toHaveProperty('Credentials.SessionToken')
})

it('refuses a token without the claim that the trust policy asks for', async () => {
  const {cloud, sts, token} = await startTestCloud({trustPolicy: asksFor('environment', 'production')})
  const request = {RoleArn: cloud.roleArn, RoleSessionName: 'bake', WebIdentityToken: await token()}
  await expect(sts.assumeRoleWithWebIdentity(request)).rejects.toMatchObject(awsError('AccessDenied', 403))
})

it('trusts its own repository alone, if nothing else is said', async () => {
  const {cloud, sts, token} = await startTestCloud({subject: 'repo:acme/images:ref:refs/heads/main'})
  const request = {RoleArn: cloud.roleArn, RoleSessionName: 'bake', WebIdentityToken: await token()}
  await expect(sts.assumeRoleWithWebIdentity(request)).rejects.toMatchObject(awsError('AccessDenied', 403))
})

it.each([
  ['that is none', () => 'nonsense', 'InvalidIdentityToken', 400],
  [
    'for another audience',
    (_: string, of: (audience: string) => Promise<string>) => of('https://github.com/x'),
    'InvalidIdentityToken',
    400
  ],
  ['whose payload was changed', forge, 'InvalidIdentityToken', 400],
  ['that somebody else signed', selfSigned, 'InvalidIdentityToken', 400]
] as const)('refuses a token %s', async (_name, make, code, status) => {
  const {cloud, sts, token} = await startTestCloud()
  const WebIdentityToken = await make(await token(), token)
  const request = {RoleArn: cloud.roleArn, RoleSessionName: 'bake', WebIdentityToken}
  await expect(sts.assumeRoleWithWebIdentity(request)).rejects.toMatchObject(awsError(`${code}Exception`, status))
})

it('refuses a token that has expired', async () => {
  let later = 0
  const {cloud, sts, token} = await startTestCloud({now: () => new Date(Date.now() + later)})
  const WebIdentityToken = await token()
  later = 301_000
  const request = {RoleArn: cloud.roleArn, RoleSessionName: 'bake', WebIdentityToken}
  await expect(sts.assumeRoleWithWebIdentity(request)).rejects.toMatchObject(awsError('ExpiredTokenException'))
})

it.each([
  ['a short session', {DurationSeconds: 899}, 'ValidationError'],
  ['a session beyond the role', {DurationSeconds: 3601}, 'ValidationError'],
  ['a long policy', {Policy: JSON.stringify(everything).padEnd(2049)}, 'ValidationError'],
  ['a policy that is none', {Policy: '{"Statement":'}, 'MalformedPolicyDocumentException'],
  ['a name with a space', {RoleSessionName: 'a b'}, 'ValidationError']
])('refuses %s', async (_name, session, code) => {
  const {cloud, sts} = await startTestCloud()
  const request = {RoleArn: cloud.roleArn, RoleSessionName: 'bake', ...session}
  await expect(sts.assumeRole(request)).rejects.toMatchObject(awsError(code))
})

it('lets a session be shorter than was asked for, and says so', async () => {
  const now = new Date(Math.floor(Date.now() / 1000) * 1000)
  const {cloud, sts} = await startTestCloud({sessionSeconds: 90, now: () => now})
  const {Credentials: keys} = await sts.assumeRole({RoleArn: cloud.roleArn, RoleSessionName: 'bake'})
  expect(keys?.Expiration).toEqual(new Date(now.getTime() + 90_000))
})

it('lets an administrator assume the role, and a session only as its policy says', async () => {
  const {cloud, assume, stsAs} = await startTestCloud()
  const request = {RoleArn: cloud.roleArn, RoleSessionName: 'chained'}
  const free = stsAs(await assume({Policy: JSON.stringify(everything)}))
  await expect(free.assumeRole(request)).resolves.toHaveProperty('AssumedRoleUser.Arn')
  const policy = {Version: '2012-10-17', Statement: {Effect: 'Allow', Action: 'ec2:*', Resource: '*'}}
  const bound = stsAs(await assume({Policy: JSON.stringify(policy)}))
  await expect(bound.assumeRole(request)).rejects.toMatchObject({
    ...awsError('AccessDenied', 403),
    message: expect.stringContaining('is not authorized to perform: sts:AssumeRole on resource')
  })
})

it('names a parameter that is missing, and an action that is unknown', async () => {
  const {cloud} = await startTestCloud()
  const send = async (body: string) => (await fetch(cloud.endpoint, {method: 'POST', body})).text()
  expect(await send('Action=AssumeRoleWithWebIdentity&Version=2011-06-15')).toContain(
    'at &apos;RoleArn&apos; failed to satisfy constraint: Member must not be null'
  )
  expect(await send('Action=Nonsense&Version=2011-06-15')).toContain('<Code>InvalidAction</Code>')
  expect(await send('Action=GetFederationToken&Version=2011-06-15')).toContain('does not offer the action')
})

/** The token with another subject under the same signature. */
function forge(token: string): string {
  const [header, , signature] = token.split('.')
  const claims = {...decodeJwt(token), sub: 'repo:example-org/jenkins-images:ref:refs/heads/other'}
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
}

/** The same claims under somebody else's key. */
async function selfSigned(token: string): Promise<string> {
  const {privateKey} = await generateKeyPair('RS256')
  return new SignJWT(decodeJwt(token)).setProtectedHeader({alg: 'RS256', kid: 'mine'}).sign(privateKey)
}
