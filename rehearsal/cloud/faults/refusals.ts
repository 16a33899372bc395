import type {Call, ServiceName} from '../calls.ts'
import {AwsError} from '../protocol/errors.ts'
import type {FaultKind} from './kinds.ts'

/** The kinds of faults that are answers; the others befall the connection, or what the cloud knows. */
export type Refusal = Exclude<FaultKind, 'silent' | 'reset-before' | 'reset-after' | 'not-found'>

/**
 * The error with which a service refuses a call, in its own code, status and words.
 *
 * EC2: API reference, "Error codes" (client, server); an expired session is RequestExpired with HTTP 400 (aws/aws-sdk-java#1443).
 * Systems Manager: API reference, "Common errors". STS: "Common error types" and the errors of AssumeRoleWithWebIdentity. GitHub's token service answers by HTTP status alone.
 *
 * @param fields the request's
 */
export function refusalOf(kind: Refusal, {service, action}: Call, fields: URLSearchParams): AwsError {
  if (service === 'oidc') return new AwsError(kind, 'The token service of GitHub refuses.', oidcStatus[kind])
  if (service === 'ssm') return ssmError(kind, action)
  return service === 'ec2' ? ec2Error(kind, action, fields) : queryError(kind, service, action)
}

const oidcStatus: Readonly<Record<Refusal, number>> = {
  throttled: 429,
  'internal-error': 500,
  unavailable: 503,
  denied: 403,
  expired: 401,
  'no-capacity': 500,
  'issuer-unreachable': 500
}

function ec2Error(kind: Refusal, action: string, fields: URLSearchParams): AwsError {
  switch (kind) {
    case 'throttled':
      return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503)
    case 'unavailable':
      return new AwsError('Unavailable', 'Unable to process request, please retry shortly', 503)
    case 'denied':
      return new AwsError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. (${action.replace(/^DryRun/, '')})`,
        403
      )
    case 'expired':
      return new AwsError('RequestExpired', 'Request has expired.')
    case 'no-capacity':
      return new AwsError(
        'InsufficientInstanceCapacity',
        `We currently do not have sufficient ${fields.get('InstanceType')} capacity in the Availability Zone you requested. ` +
          'Our system will be working on provisioning additional capacity.',
        500
      )
    case 'internal-error':
    case 'issuer-unreachable':
      return new AwsError('InternalError', 'An internal error has occurred', 500)
  }
}

function ssmError(kind: Refusal, action: string): AwsError {
  switch (kind) {
    case 'throttled':
      return new AwsError('ThrottlingException', 'Rate exceeded')
    case 'unavailable':
      return new AwsError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 503)
    case 'denied':
      return new AwsError(
        'AccessDeniedException',
        `User: arn:aws:sts::123456789012:assumed-role/bake-jenkins-ami/bake-jenkins-ami is not authorized to perform: ssm:${action} because no identity-based policy allows the ssm:${action} action`
      )
    case 'expired':
      return new AwsError('ExpiredTokenException', 'The security token included in the request is expired')
    case 'internal-error':
    case 'no-capacity':
    case 'issuer-unreachable':
      return new AwsError('InternalServerError', 'An error occurred on the server side.', 500)
  }
}

/** STS's and IAM's. */
function queryError(kind: Refusal, service: ServiceName, action: string): AwsError {
  switch (kind) {
    case 'throttled':
      return new AwsError('Throttling', 'Rate exceeded')
    case 'unavailable':
      return new AwsError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 503)
    case 'denied':
      return new AwsError('AccessDenied', `Not authorized to perform ${service}:${action}`, 403)
    case 'expired':
      return action === 'AssumeRoleWithWebIdentity'
        ? new AwsError('ExpiredTokenException', 'Token expired: the expiration date/time is in the past')
        : new AwsError('ExpiredToken', 'The security token included in the request is expired', 403)
    case 'issuer-unreachable':
      return new AwsError(
        'IDPCommunicationError',
        'The identity provider that was asked to verify the incoming identity token could not be reached.'
      )
    case 'internal-error':
    case 'no-capacity':
      return new AwsError('InternalFailure', 'The request processing has failed because of an unknown error.', 500)
  }
}
