import {messageOf, UserError} from '../lib/errors.ts'
import type {Claims} from './oidc.ts'
import {buildTrustPolicy, identityOf} from './trust-policy.ts'

/** The request that STS refused. */
export interface RoleRequest {
  readonly role: {readonly arn: string; readonly durationSeconds: number; readonly audience: string}
  readonly region: string
  readonly claims: Claims
}

/** `arn:PARTITION:iam::ACCOUNT:role/NAME` taken apart. */
export function partsOfArn(arn: string): {partition: string; accountId: string} {
  const [, partition = 'aws', , , accountId = ''] = arn.split(':')
  return {partition, accountId}
}

/** STS's error code, which the SDK gives back with and without `Exception`. */
function codeOf(error: unknown): string {
  return error instanceof Error ? error.name.replace(/Exception$/, '') : ''
}

/** Another attempt with another token can succeed: GitHub's keys could not be read, or the token expired on its way. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error)
  return (
    code === 'IDPCommunicationError' ||
    code === 'ExpiredToken' ||
    (code === 'InvalidIdentityToken' && /verification key/i.test(messageOf(error)))
  )
}

/** Explains why AssumeRoleWithWebIdentity was refused, and what to change; for unknown errors it quotes AWS. */
export function explainRefusedRole(error: unknown, request: RoleRequest): UserError {
  const {role, region} = request
  const text = [
    `The role ${role.arn} could not be assumed in ${region}. ${answerOf(error)}`,
    ...adviceFor(error, request)
  ]
  return new UserError(text.join('\n'), {cause: error})
}

function adviceFor(error: unknown, {role, region, claims}: RoleRequest): string[] {
  const {accountId, partition} = partsOfArn(role.arn)
  switch (codeOf(error)) {
    case 'AccessDenied':
      return [
        "Check that role-to-assume names the right role, and let the role's trust policy accept this job's token.",
        ...trustAdvice(claims, accountId, role.audience, partition)
      ]
    case 'InvalidIdentityToken':
    case 'IDPRejectedClaim':
      return [
        `Check that account ${accountId} has an IAM identity provider for the token's issuer, and that ${role.audience} is one of its audiences.`,
        ...trustAdvice(claims, accountId, role.audience, partition)
      ]
    case 'ExpiredToken':
      return ["The OIDC token was fresh when it was sent: check this runner's clock."]
    case 'IDPCommunicationError':
      return [
        "AWS could not reach the token's issuer. Run the job again; GitHub Enterprise Server must be reachable from AWS."
      ]
    case 'ValidationError':
      return /DurationSeconds/i.test(messageOf(error))
        ? [
            `role-duration-seconds is ${role.durationSeconds}: lower it, or raise the role's maximum session duration. ` +
              'Short sessions are enough: they are renewed for as long as the bake lasts.'
          ]
        : ['Check role-to-assume and role-session-name.']
    case 'PackedPolicyTooLarge':
      return [
        'The session policy does not fit into a session of this role. Report this as a defect of the action, with the percentage above.'
      ]
    case 'MalformedPolicyDocument':
      return ['The session policy was refused. Report this as a defect of the action.']
    case 'RegionDisabled':
      return [`Enable STS for ${region} in the account settings of IAM, or choose another aws-region.`]
    default:
      return unreachable(error) ? [unreachableAdvice(region)] : ['Check role-to-assume and aws-region.']
  }
}

/** The claims that were sent, and a trust policy that accepts them: for a role in `accountId`. */
export function trustAdvice(claims: Claims, accountId: string, audience: string, partition?: string): string[] {
  const policy = buildTrustPolicy(claims, accountId, audience, partition)
  if (!policy) return ['The token that GitHub gave could not be read.']
  return [
    `The token's claims: ${JSON.stringify(identityOf(claims), null, 2)}`,
    `A trust policy that accepts it (account ${accountId} also needs the identity provider that it names): ${JSON.stringify(policy, null, 2)}`,
    ...(claims['event_name'] === 'pull_request'
      ? [
          'With this `sub`, every pull request from a branch of the repository may assume the role. Give pull requests a role of their own, ' +
            'with iam/permissions.json and nothing else.'
        ]
      : [])
  ]
}

/** Explains why GetCallerIdentity failed. */
export function explainRefusedIdentity(error: unknown, region: string): UserError {
  const said = `The AWS credentials could not be used in ${region}. ${answerOf(error)}`
  return new UserError(`${said}\n${identityAdvice(error, region)}`, {cause: error})
}

function identityAdvice(error: unknown, region: string): string {
  switch (codeOf(error)) {
    case 'CredentialsProviderError':
      return (
        'Set role-to-assume (with `permissions: {id-token: write, contents: read}`), or run aws-actions/configure-aws-credentials ' +
        'in a step before this one.'
      )
    case 'ExpiredToken':
      return 'They have expired. Set role-to-assume: its session is renewed for as long as the bake lasts.'
    case 'InvalidClientTokenId':
    case 'UnrecognizedClient':
      return `They are not valid (any more), or ${region} is not enabled in their account.`
    case 'SignatureDoesNotMatch':
      return "The secret key does not belong to the access key, or this runner's clock is wrong."
    default:
      return unreachable(error) ? unreachableAdvice(region) : 'Check the credentials in the environment and aws-region.'
  }
}

/** The SDK names errors of AWS, and its own, by their codes; network errors have none. */
function answerOf(error: unknown): string {
  const code = codeOf(error)
  if (code === '' || code === 'Error') return `The connection failed: ${messageOf(error)}`
  return code === 'CredentialsProviderError' ? messageOf(error) : `AWS said: ${code}: ${messageOf(error)}`
}

function unreachable(error: unknown): boolean {
  return /\b(ENOTFOUND|EAI_AGAIN|ECONN[A-Z]+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|establish tunnel)\b/.test(
    messageOf(error)
  )
}

function unreachableAdvice(region: string): string {
  return `AWS could not be reached: check that aws-region '${region}' exists and that this runner may connect to it.`
}
