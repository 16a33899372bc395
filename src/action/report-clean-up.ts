import {hasEnded, type BakeState} from '../ledger/state.ts'
import type {Log} from '../lib/log.ts'
import {cleanUp} from '../sweep/post.ts'
import {cleanedUpSummary, leftSummary} from './post-summary.ts'
import {writeSummary} from './step.ts'

/**
 * After a main that was cut off, ends what still runs, removes what it made, and reports.
 *
 * @throws {LeftoverError} naming what could not be removed or ended
 */
export async function cleanUpAndReport(state: BakeState, log: Log): Promise<boolean> {
  const {env} = process
  const ended = hasEnded(env)
  try {
    await writeSummary(cleanedUpSummary(state, await cleanUp(state, {log, env}), ended), log)
    return true
  } catch (error) {
    await writeSummary(leftSummary(state, error, ended), log)
    throw error
  }
}
