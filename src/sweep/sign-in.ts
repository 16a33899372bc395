import {isPassing} from '../credentials/refusals.ts'
import {openSession} from '../credentials/session.ts'
import {openAccount, type Account} from '../aws/account.ts'
import {tagKeys} from '../aws/tags.ts'
import {explain, LeftoverError, messageOf, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {pauseFor, type Pause} from '../lib/wait.ts'
import type {Ledger} from '../ledger/ledger.ts'
import type {BakeState} from '../ledger/state.ts'

export interface ReachContext {
  readonly log: Log
  readonly env: NodeJS.ProcessEnv
  readonly pause?: Pause
}

/**
 * Opens a session, again and again while AWS or GitHub is down: nothing can be removed without one.
 *
 * @throws {LeftoverError} naming what may be left
 */
export async function reachAccount(
  state: BakeState,
  ledger: Ledger,
  {log, env, pause = pauseFor}: ReachContext,
  limit: AbortSignal
): Promise<Account> {
  const {region, role} = state
  const options = {region, ...(role ? {role} : {}), allowedAccountIds: []}
  let last: unknown
  for (let ms = 2_000; ; ms = Math.min(ms * 2, 15_000)) {
    try {
      const session = await openSession(options, {env, log, pause}, limit)
      return openAccount(region, session.credentials, env)
    } catch (error) {
      // A timeout hides the real reason: keep the previous error.
      last = limit.aborted ? (last ?? error) : error
      if (limit.aborted || !mayPass(error)) throw new LeftoverError(unreachable(state, ledger, last))
      log.info(`Trying again in ${ms / 1000} s. ${messageOf(error)}`)
      await pause(ms, limit).catch(() => undefined)
    }
  }
}

/** Whether another attempt can succeed: not for a job without a token, nor after a permanent refusal of AWS. */
function mayPass(error: unknown): boolean {
  const cause = error instanceof UserError ? error.cause : error
  if (!(cause instanceof Error)) return false
  return (
    !('$fault' in cause) || cause.$fault === 'server' || /Throttl|LimitExceeded/.test(cause.name) || isPassing(cause)
  )
}

function unreachable({bakeId, region}: BakeState, ledger: Ledger, error: unknown): string {
  const {announced, resources} = ledger
  const known = [
    ...resources.map((resource) => `${resource.type} ${resource.id}${resource.region ? ` in ${resource.region}` : ''}`),
    ...announced.instances.map((id) => `instance ${id}`),
    ...announced.launchTemplates.map((id) => `launch template ${id}`),
    ...announced.keyPairs.map((name) => `key pair ${name}`),
    ...announced.securityGroups.map((name) => `security group ${name}`),
    ...[...announced.instanceProfiles, ...announced.roles].map((name) => `instance profile and role ${name}`)
  ]
  return [
    `Nothing could be removed: ${explain(error)}`,
    `This may be left in ${region}: ${[...new Set(known)].join(', ') || 'nothing that is known by its id'}.`,
    `The resources of the bake carry the tag ${tagKeys.bake} = ${bakeId}. The sweep action removes them when they have expired.`
  ].join('\n')
}
