import {openSession} from '../credentials/session.ts'
import {ec2Client} from '../ec2/client.ts'
import {LeftoverError} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import {openLedger} from './ledger.ts'
import {endGroup, endProcess} from './processes.ts'
import type {BakeState} from './state.ts'
import {sweep} from './sweep.ts'

/** All post steps of a cancelled job together have about 4 min 45 s. */
const limitMs = 200_000

/**
 * Ends a bake whose main step did not come to its end: first whoever could still make something, then what was made.
 *
 * In a container job no signal reaches main, which then still runs beside post.
 *
 * @throws {LeftoverError} naming what could not be removed
 */
export async function cleanUp(state: BakeState, {log, env}: {log: Log; env: NodeJS.ProcessEnv}): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  const ledger = openLedger(state.folder)
  log.info(`The bake ${state.bakeId} did not come to its end: ending it and removing what it made`)
  await endProcess(state.main, limit)
  for (const leader of ledger.packerProcesses) await endGroup(leader, limit)

  const {region, role} = state
  const session = await openSession({region, ...(role ? {role} : {}), allowedAccountIds: []}, {env, log}, limit)
  const ec2 = ec2Client(region, session.credentials, env)
  const leftovers = await sweep({ec2, bakeId: state.bakeId, ledger, log, limit})
  if (leftovers.length === 0) return log.info('Nothing is left.')
  throw new LeftoverError(
    leftovers.map(({type, id, reason}) => `Left in the account: ${type} ${id}: ${reason}`).join('\n')
  )
}
