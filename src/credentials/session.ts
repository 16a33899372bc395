import {AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import type {STSClientConfig} from '@aws-sdk/client-sts'
import type {AwsCredentialIdentity, AwsCredentialIdentityProvider} from '@smithy/types'
import {observeCalls} from '../aws/observe.ts'
import {awsTime, observeTime} from '../aws/time.ts'
import {proxyAgents, requestLimits} from '../lib/http.ts'
import {UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {pauseFor, withRetries, type Pause} from '../lib/wait.ts'
import {keepFresh, type KeySource} from './fresh.ts'
import {signalOfLoss} from './loss.ts'
import type {Role} from '../aws/account.ts'
import {claimsOf, requestIdToken, type Claims} from './oidc.ts'
import {explainRefusedIdentity, explainRefusedRole, isPassing, partsOfArn, trustAdvice} from './refusals.ts'

export interface SessionOptions {
  readonly region: string
  /** Without one, the credentials are those that the SDK finds in the environment. */
  readonly role?: Role
  /** Empty: any account will do. */
  readonly allowedAccountIds: readonly string[]
}

export interface SessionCollaborators {
  /** Where the job's OIDC variables and proxies are. The SDK reads its own settings from the process's environment by itself. */
  readonly env: NodeJS.ProcessEnv
  readonly log: Pick<Log, 'warning' | 'mask'>
  readonly createClient?: (config: STSClientConfig) => STSClient
  readonly now?: () => number
  readonly pause?: Pause
}

/** An identity in AWS, for as long as the action needs one. */
export interface Session {
  readonly accountId: string
  /** The identity that AWS reports: the assumed role's session, or the user. */
  readonly arn: string
  readonly partition: string
  /** For the clients of the action: renewed with a fresh OIDC token well before they expire. */
  readonly credentials: AwsCredentialIdentityProvider
  /**
   * Aborted, with a UserError, when the keys could not be renewed and are about to expire: time to remove what was made,
   * while they can still do that.
   */
  readonly lost: AbortSignal
  /**
   * The same role under an inline session policy. Each call assumes it anew, in a session of its own, so the caller has
   * to keep the keys. Credentials from the environment cannot be limited and are returned unchanged.
   */
  narrowed(policy: string): KeySource
}

/**
 * Opens a session and makes sure that it is in an allowed account.
 *
 * @param signal ends the opening only: renewals must go on while a cancelled run cleans up
 * @throws UserError when there are no credentials, the role is refused or the account is not allowed
 */
export async function openSession(
  options: SessionOptions,
  collaborators: SessionCollaborators,
  signal: AbortSignal
): Promise<Session> {
  signal.throwIfAborted()
  const {region, role} = options
  const source = role ? assumedRole(role, region, collaborators) : ambient(region, collaborators)
  const {log, now} = collaborators
  const keys = keepFresh(source.narrowed(), {log, owner: 'of this run', ...(now ? {now} : {})})
  // The SDK would keep them by the runner's clock, which may be set right meanwhile: so it has to ask each time.
  const credentials = async () => {
    const current = await keys.current()
    return current.expiration ? {...current, expiration: new Date(0)} : current
  }
  const giveUp = () => keys.close()
  signal.addEventListener('abort', giveUp, {once: true})
  try {
    const identity = await callerIdentity(credentials, region, collaborators, signal)
    rejectForeignAccount(identity, options, source.claims())
    const lost = signalOfLoss(keys, now)
    return {...identity, partition: partsOfArn(identity.arn).partition, credentials, lost, narrowed: source.narrowed}
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

interface Source {
  readonly narrowed: (policy?: string) => KeySource
  /** Of the last token that was sent; none without a role. */
  readonly claims: () => Claims
}

function ambient(region: string, collaborators: SessionCollaborators): Source {
  const {config} = clientOf(collaborators, {region})
  return {narrowed: () => async () => config.credentials(), claims: () => ({})}
}

function assumedRole(role: Role, region: string, collaborators: SessionCollaborators): Source {
  const {env, log, pause = pauseFor, now = Date.now} = collaborators
  const client = clientOf(collaborators, {region})
  let claims: Claims = {}

  async function assume(policy: string | undefined, signal: AbortSignal): Promise<AwsCredentialIdentity> {
    const token = await requestIdToken(env, role.audience, signal, {log, pause})
    claims = claimsOf(token)
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: role.arn,
      RoleSessionName: role.sessionName,
      DurationSeconds: role.durationSeconds,
      WebIdentityToken: token,
      ...(policy !== undefined ? {Policy: policy} : {})
    })
    const {Credentials: keys} = await client.send(command, {abortSignal: signal})
    if (!keys?.AccessKeyId || !keys.SecretAccessKey || !keys.SessionToken || !keys.Expiration) {
      throw new Error('the answer holds no credentials')
    }
    return {
      accessKeyId: keys.AccessKeyId,
      secretAccessKey: keys.SecretAccessKey,
      sessionToken: keys.SessionToken,
      // By the runner's clock, with which Packer and the SDK compare it. The client knows AWS's from this very answer.
      expiration: new Date(now() + keys.Expiration.getTime() - awsTime(client).getTime()),
      accountId: partsOfArn(role.arn).accountId
    }
  }

  const source = (policy?: string) => async (signal: AbortSignal) => {
    try {
      return await withRetries(() => assume(policy, signal), {isTransient: isPassing, pause, signal})
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof UserError ? error : explainRefusedRole(error, {role, region, claims})
    }
  }
  return {narrowed: source, claims: () => claims}
}

async function callerIdentity(
  credentials: AwsCredentialIdentityProvider,
  region: string,
  collaborators: SessionCollaborators,
  signal: AbortSignal
): Promise<{accountId: string; arn: string}> {
  try {
    const client = clientOf(collaborators, {region, credentials})
    const {Account: accountId, Arn: arn} = await client.send(new GetCallerIdentityCommand({}), {abortSignal: signal})
    if (!accountId || !arn) throw new Error('the answer to GetCallerIdentity names no account')
    return {accountId, arn}
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof UserError ? error : explainRefusedIdentity(error, region)
  }
}

function rejectForeignAccount(
  {accountId, arn}: {accountId: string; arn: string},
  {allowedAccountIds, role}: SessionOptions,
  claims: Claims
): void {
  const [expected] = allowedAccountIds
  if (expected === undefined || allowedAccountIds.includes(accountId)) return
  const text = [
    `The credentials belong to account ${accountId} (${arn}), but allowed-account-ids allows ${allowedAccountIds.join(', ')}.`,
    role
      ? `Set role-to-assume to a role in an allowed account, or add ${accountId} to allowed-account-ids.`
      : `Use credentials of an allowed account, or add ${accountId} to allowed-account-ids.`,
    ...(role ? trustAdvice(claims, expected, role.audience, partsOfArn(role.arn).partition) : [])
  ]
  throw new UserError(text.join('\n'))
}

function clientOf({env, createClient}: SessionCollaborators, config: STSClientConfig): STSClient {
  const settings = {maxAttempts: 5, requestHandler: {...proxyAgents(env), ...requestLimits}}
  return observeCalls(observeTime(createClient ? createClient(config) : new STSClient({...config, ...settings})))
}
