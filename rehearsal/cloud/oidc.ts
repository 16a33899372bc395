import {randomBytes, randomUUID} from 'node:crypto'
import {
  SignJWT,
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  type CryptoKey,
  type JWTPayload
} from 'jose'
import {AwsError} from './protocol/errors.ts'
import {json, type Answer} from './protocol/encode.ts'
import type {ArrivedRequest} from './auth/sigv4.ts'

export const issuer = 'https://token.actions.githubusercontent.com'
export const issuerHost = 'token.actions.githubusercontent.com'
export const requestPath = '/actions/idtoken'

/** GitHub's tokens last five minutes. */
const lifetimeSeconds = 300

/** GitHub's OIDC issuer: hands out tokens to whoever holds the job's request token, and knows its own again. */
export interface TokenIssuer {
  /** The bearer token that a job gets as ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
  readonly requestToken: string
  answer(request: ArrivedRequest): Promise<Answer>
  /** The claims of a token that this issuer signed and that is still valid; otherwise STS's error. */
  verify(token: string): Promise<JWTPayload>
}

export function createTokenIssuer(subject: string, now: () => Date): TokenIssuer {
  const requestToken = randomBytes(32).toString('base64url')
  const jobClaims = claimsOf(subject)
  // Making an RSA key takes a while, and many clouds are never asked for a token.
  let keys: Promise<SigningKeys> | undefined
  const keysOnce = (): Promise<SigningKeys> => (keys ??= makeKeys())

  const sign = async (audience: string): Promise<string> => {
    const {kid, privateKey} = await keysOnce()
    const issuedAt = Math.floor(now().getTime() / 1000)
    return new SignJWT({...jobClaims, aud: audience, jti: randomUUID()})
      .setProtectedHeader({alg: 'RS256', kid, typ: 'JWT', x5t: kid})
      .setIssuer(issuer)
      .setNotBefore(issuedAt)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(privateKey)
  }

  return {
    requestToken,
    answer: async ({method, url, headers}) => {
      if (method !== 'GET') return json(405, {message: 'Only GET is allowed.'})
      if (headers['authorization'] !== `Bearer ${requestToken}`) return json(401, {message: 'Unauthorized'})
      const audience = url.searchParams.get('audience') ?? `https://github.com/${String(jobClaims['repository_owner'])}`
      return json(200, {value: await sign(audience)})
    },
    verify: async (token) => {
      const {published} = await keysOnce()
      try {
        const {payload} = await jwtVerify(token, published, {issuer, algorithms: ['RS256'], currentDate: now()})
        return payload
      } catch (error) {
        throw webIdentityError(error, now())
      }
    }
  }
}

interface SigningKeys {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly published: ReturnType<typeof createLocalJWKSet>
}

async function makeKeys(): Promise<SigningKeys> {
  const kid = randomUUID()
  const {privateKey, publicKey} = await generateKeyPair('RS256')
  const published = createLocalJWKSet({keys: [{...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig'}]})
  return {kid, privateKey, published}
}

/** AWS's codes for tokens that do not hold (API reference of AssumeRoleWithWebIdentity, "Errors"). */
function webIdentityError(error: unknown, now: Date): AwsError {
  if (error instanceof errors.JWTExpired) {
    const [current, expiry] = [Math.floor(now.getTime() / 1000), error.payload.exp]
    const message = `Token expired: current date/time ${current} must be before the expiration date/time ${expiry}`
    return new AwsError('ExpiredTokenException', message)
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iss') {
    const provider = String(error.payload.iss)
    return new AwsError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for ${provider}`)
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new AwsError('IDPRejectedClaim', `The claim ${error.claim} of the token was rejected: ${error.reason}`, 403)
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    const message = "Couldn't retrieve verification key from your identity provider"
    return new AwsError(
      'InvalidIdentityToken',
      `${message}, please reference AssumeRoleWithWebIdentity documentation for requirements`
    )
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new AwsError('InvalidIdentityToken', 'The signature of the ID Token is invalid')
  }
  if (error instanceof errors.JOSEError) {
    const hint = 'You may see this error if you sent an Access Token.'
    return new AwsError('InvalidIdentityToken', `The ID Token provided is not a valid JWT. (${hint})`)
  }
  throw error
}

/**
 * The claims that GitHub would put beside a `sub`
 * (docs.github.com, "OpenID Connect reference"): `repo:OWNER/REPO:ref:REF`, `…:environment:NAME`, `…:pull_request`,
 * and with ids since July 2026: `repo:OWNER@ID/REPO@ID:…`.
 */
function claimsOf(subject: string): Readonly<Record<string, string>> {
  const form = /^repo:(?<owner>[^/@:]+)(?:@(?<ownerId>\d+))?\/(?<name>[^:@]+)(?:@(?<repositoryId>\d+))?:(?<rest>.+)$/u
  const {
    owner = 'example-org',
    ownerId = '65',
    name = 'jenkins-images',
    repositoryId = '74',
    rest = ''
  } = form.exec(subject)?.groups ?? {}
  const [kind, ...values] = rest.split(':')
  const value = values.join(':')
  const pullRequest = kind === 'pull_request'
  const ref = kind === 'ref' ? value : pullRequest ? 'refs/pull/1/merge' : 'refs/heads/main'
  const repository = `${owner}/${name}`
  return {
    sub: subject,
    ref,
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'false',
    sha: '3f786850e387550fdab836ed7e6dc881de23001b',
    repository,
    repository_id: repositoryId,
    repository_owner: owner,
    repository_owner_id: ownerId,
    repository_visibility: 'private',
    actor: owner,
    actor_id: ownerId,
    workflow: 'rebake',
    workflow_ref: `${repository}/.github/workflows/rebake.yml@${ref}`,
    job_workflow_ref: `${repository}/.github/workflows/rebake.yml@${ref}`,
    event_name: pullRequest ? 'pull_request' : 'push',
    run_id: '1',
    run_number: '1',
    run_attempt: '1',
    runner_environment: 'github-hosted',
    head_ref: pullRequest ? 'change' : '',
    base_ref: pullRequest ? 'main' : '',
    ...(kind === 'environment' ? {environment: value} : {})
  }
}
