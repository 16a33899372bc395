import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
  GetCallerIdentityResponse
} from '@aws-sdk/client-sts'
import type {JWTPayload} from 'jose'
import {accountId, longestSessionSeconds} from '../account.ts'
import type {Authorize} from '../auth/authorize.ts'
import type {Context} from '../auth/conditions.ts'
import {evaluate, type Policy} from '../auth/policy.ts'
import {MalformedPolicy, readPolicy} from '../auth/read-policy.ts'
import type {Credentials, Principal} from '../auth/sessions.ts'
import {issuerHost, type TokenIssuer} from '../oidc.ts'
import {AwsError, constraintViolated} from '../protocol/errors.ts'
import {providerArn, providerAudiences, type Role} from './roles.ts'

export interface StsParts {
  readonly roles: readonly Role[]
  readonly credentials: Credentials
  readonly issuer: TokenIssuer
  readonly authorize: Authorize
  readonly now: () => Date
  readonly sessionSeconds?: number
}

/** The longest inline session policy, in characters (API reference of AssumeRole). */
const longestPolicy = 2048

export function getCallerIdentity({userId, accountId: account, arn}: Principal): GetCallerIdentityResponse {
  return {UserId: userId, Account: account, Arn: arn}
}

/** @throws AwsError AccessDenied, ValidationError, MalformedPolicyDocument */
export async function assumeRole(
  input: Partial<AssumeRoleRequest>,
  principal: Principal,
  parts: StsParts
): Promise<AssumeRoleResponse> {
  const policies = sessionPolicies(input)
  const role = parts.roles.find(({arn}) => arn === input.RoleArn)
  const denied = accessDenied(
    `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`
  )
  if (!role || !trusts(role, 'sts:AssumeRole', {AWS: namesOf(principal)}, {})) throw denied
  const resources = [{arn: role.arn, context: {}}]
  const decision = await parts.authorize({principal, action: 'sts:AssumeRole', resources})
  if (!decision.allowed) throw denied
  return startSession(role, input, policies, parts)
}

/** @throws AwsError InvalidIdentityToken, ExpiredTokenException, IDPRejectedClaim, AccessDenied, ValidationError … */
export async function assumeRoleWithWebIdentity(
  input: Partial<AssumeRoleWithWebIdentityRequest>,
  parts: StsParts
): Promise<AssumeRoleWithWebIdentityResponse> {
  const policies = sessionPolicies(input)
  const claims = await parts.issuer.verify(input.WebIdentityToken ?? '')
  const audience = [claims.aud ?? []].flat().find((name) => providerAudiences.includes(name))
  if (audience === undefined) throw new AwsError('InvalidIdentityToken', 'Incorrect token audience')
  const role = parts.roles.find(({arn}) => arn === input.RoleArn)
  const action = 'sts:AssumeRoleWithWebIdentity'
  if (!role || !trusts(role, action, {Federated: [providerArn]}, claimContext(claims))) {
    throw accessDenied(`Not authorized to perform ${action}`)
  }
  return {
    ...startSession(role, input, policies, parts),
    SubjectFromWebIdentityToken: claims.sub,
    Audience: audience,
    Provider: providerArn
  }
}

function trusts(role: Role, action: string, principals: Readonly<Record<string, readonly string[]>>, context: Context) {
  return evaluate(role.trust, {action, principals, context}) === 'allow'
}

/** STS knows a GitHub token's claims as `token.actions.githubusercontent.com:CLAIM`. */
function claimContext(claims: JWTPayload): Context {
  return Object.fromEntries(
    Object.entries(claims).map(([claim, value]) => [
      `${issuerHost}:${claim}`,
      Array.isArray(value) ? value.map(String) : String(value)
    ])
  )
}

const namesOf = ({arn, roleArn}: Principal): string[] => [
  arn,
  ...(roleArn === undefined ? [] : [roleArn]),
  accountId,
  `arn:aws:iam::${accountId}:root`
]

interface SessionRequest {
  readonly RoleSessionName?: string | undefined
  readonly DurationSeconds?: number | undefined
  readonly Policy?: string | undefined
}

function startSession(role: Role, input: SessionRequest, policies: readonly Policy[], parts: StsParts) {
  const name = input.RoleSessionName ?? ''
  if (!/^[\w+=,.@-]*$/u.test(name)) {
    throw constraintViolated(
      name,
      'roleSessionName',
      String.raw`Member must satisfy regular expression pattern: [\w+=,.@-]*`
    )
  }
  if (name.length < 2 || name.length > 64) {
    throw constraintViolated(name, 'roleSessionName', 'Member must have length between 2 and 64')
  }
  const seconds = Math.min(sessionLength(input.DurationSeconds), parts.sessionSeconds ?? Infinity)
  const arn = `arn:aws:sts::${accountId}:assumed-role/${role.name}/${name}`
  const userId = `${role.id}:${name}`
  const principal: Principal = {
    kind: 'role-session',
    arn,
    userId,
    accountId,
    roleArn: role.arn,
    sessionPolicies: policies
  }
  const session = parts.credentials.addSession(principal, new Date(parts.now().getTime() + seconds * 1000))
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: session.expires
    },
    AssumedRoleUser: {AssumedRoleId: userId, Arn: arn},
    ...(input.Policy !== undefined ? {PackedPolicySize: Math.ceil((input.Policy.length / longestPolicy) * 100)} : {})
  }
}

function sessionLength(asked = longestSessionSeconds): number {
  if (asked < 900) {
    throw constraintViolated(String(asked), 'durationSeconds', 'Member must have value greater than or equal to 900')
  }
  if (asked > longestSessionSeconds) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'
    )
  }
  return asked
}

function sessionPolicies({Policy: text, PolicyArns: arns}: Partial<AssumeRoleRequest>): Policy[] {
  if (arns && arns.length > 0) {
    throw new AwsError(
      'InvalidParameterValue',
      "The rehearsal's local cloud has no managed policies: pass an inline Policy."
    )
  }
  if (text === undefined) return []
  if (text.length > longestPolicy) {
    throw constraintViolated(text, 'policy', `Member must have length less than or equal to ${longestPolicy}`)
  }
  try {
    return [readPolicy(text, 'session')]
  } catch (error) {
    if (error instanceof MalformedPolicy) throw new AwsError('MalformedPolicyDocument', error.message)
    throw error
  }
}

const accessDenied = (message: string): AwsError => new AwsError('AccessDenied', message, 403)
