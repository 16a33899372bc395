import {AwsError} from '../protocol/errors.ts'
import type {AwsService} from '../protocol/operations.ts'
import type {Credential, Credentials, Principal} from './sessions.ts'
import {readSignature, signatureIsRight, type ArrivedRequest, type Signature} from './sigv4.ts'

/** How a service words its refusals. */
interface AuthenticationErrors {
  readonly missing: () => AwsError
  readonly unknownKey: () => AwsError
  readonly wrongSignature: () => AwsError
  readonly wrongToken: () => AwsError
  readonly expiredSession: () => AwsError
  readonly staleRequest: (signedAt: Date, now: Date) => AwsError
  readonly wrongScope: (message: string) => AwsError
}

const notValidated = (): AwsError =>
  new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401)

const requestExpired = (): AwsError => new AwsError('RequestExpired', 'Request has expired.')

const signatureText =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

/** EC2 tells a caller with a wrong secret no more than one with an unknown key. */
const ec2AuthenticationErrors: AuthenticationErrors = {
  missing: () => new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403),
  unknownKey: notValidated,
  wrongSignature: notValidated,
  wrongToken: notValidated,
  expiredSession: requestExpired,
  staleRequest: requestExpired,
  wrongScope: (message) => new AwsError('AuthFailure', message, 401)
}

/** Those of STS and IAM. */
const queryAuthenticationErrors: AuthenticationErrors = {
  missing: () => new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403),
  unknownKey: () => new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403),
  wrongSignature: () => new AwsError('SignatureDoesNotMatch', signatureText, 403),
  wrongToken: () => new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid', 403),
  expiredSession: () => new AwsError('ExpiredToken', 'The security token included in the request is expired', 403),
  staleRequest: (signedAt, now) => new AwsError('SignatureDoesNotMatch', skewText(signedAt, now), 403),
  wrongScope: (message) => new AwsError('SignatureDoesNotMatch', message, 403)
}

/** Those of SSM (API reference, "Common error types"). */
const jsonAuthenticationErrors: AuthenticationErrors = {
  missing: () => new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token'),
  unknownKey: () =>
    new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  wrongSignature: () => new AwsError('InvalidSignatureException', signatureText),
  wrongToken: () =>
    new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  expiredSession: () => new AwsError('ExpiredTokenException', 'The security token included in the request is expired'),
  staleRequest: (signedAt, now) => new AwsError('InvalidSignatureException', skewText(signedAt, now)),
  wrongScope: (message) => new AwsError('InvalidSignatureException', message)
}

const errorsOf: Readonly<Record<AwsService, AuthenticationErrors>> = {
  ec2: ec2AuthenticationErrors,
  autoscaling: queryAuthenticationErrors,
  iam: queryAuthenticationErrors,
  ssm: jsonAuthenticationErrors,
  sts: queryAuthenticationErrors
}

const longestSkewMs = 15 * 60_000

const amzDate = (date: Date): string => date.toISOString().replaceAll(/[-:]|\.\d+/gu, '')

function skewText(signedAt: Date, now: Date): string {
  const [signed, current] = [amzDate(signedAt), amzDate(now)]
  const limit = (ms: number): string => amzDate(new Date(now.getTime() + ms))
  if (signedAt > now) {
    return `Signature not yet current: ${signed} is still later than ${limit(longestSkewMs)} (${current} + 15 min.)`
  }
  return `Signature expired: ${signed} is now earlier than ${limit(-longestSkewMs)} (${current} - 15 min.)`
}

export interface Authenticator {
  readonly credentials: Credentials
  /** The regions that a request may be signed for; the signature's is the region that the call is made in. */
  readonly regions: readonly string[]
  readonly now: () => Date
}

/** Who signed a request, and for which region. */
export interface Caller {
  readonly principal: Principal
  readonly region: string
}

/**
 * Finds out who signed a request.
 *
 * @throws AwsError with the service's own code where the request is not signed, or not rightly
 */
export async function authenticate(
  request: ArrivedRequest,
  service: AwsService,
  {credentials, regions, now}: Authenticator
): Promise<Caller> {
  const errors = errorsOf[service]
  const signature = readSignature(request)
  if (!signature) throw errors.missing()
  const credential = credentials.find(signature.accessKeyId)
  if (!credential) throw errors.unknownKey()
  if (!tokenFits(credential, request)) throw errors.wrongToken()
  const scope = wrongScope(signature, service, regions)
  if (scope !== undefined) throw errors.wrongScope(scope)
  if (Math.abs(now().getTime() - signature.signedAt.getTime()) > longestSkewMs) {
    throw errors.staleRequest(signature.signedAt, now())
  }
  if (!(await signatureIsRight(request, signature, credential.secretAccessKey))) throw errors.wrongSignature()
  if (credential.expires && credential.expires <= now()) throw errors.expiredSession()
  return {principal: credential.principal, region: signature.region}
}

/** A session's key works with its own token only, a user's key with none. */
function tokenFits({sessionToken}: Credential, {headers}: ArrivedRequest): boolean {
  return headers['x-amz-security-token'] === sessionToken
}

function wrongScope(signature: Signature, service: string, regions: readonly string[]): string | undefined {
  if (signature.service !== service) return `Credential should be scoped to correct service: '${service}'.`
  if (!regions.includes(signature.region)) {
    return `Credential should be scoped to a valid region, not '${signature.region}'.`
  }
  const signedOn = signature.signedAt.toISOString().slice(0, 10).replaceAll('-', '')
  if (signature.date !== signedOn)
    return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${signature.date}' != '${signedOn}'.`
  return undefined
}
