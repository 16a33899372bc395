import type {BakeState} from '../ledger/state.ts'
import type {Log} from '../lib/log.ts'
import {cleanUp} from '../sweep/post.ts'
import {cutOffSummary, leftSummary} from './post-summary.ts'
import {writeSummary} from './step.ts'

/**
 * After a main that was cut off, ends what still runs, removes what it made, and reports.
 *
 * @throws {LeftoverError} naming what could not be removed or ended
 */
export async function cleanUpAndReport(state: BakeState, log: Log): Promise<boolean> {
  try {
    await writeSummary(cutOffSummary(state, await cleanUp(state, {log, env: process.env})), log)
    return true
  } catch (error) {
    await writeSummary(leftSummary(state, error), log)
    throw error
  }
}
