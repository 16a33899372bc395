import type {BakeState} from '../ledger/state.ts'
import {actionsLog, whenUnread} from '../lib/log.ts'
import {cleanUp} from '../sweep/post.ts'
import {cutOffSummary, leftSummary} from './post-summary.ts'
import {runStep, writeSummary} from './step.ts'

/** The action's post step: after a main that was cut off, ends what still runs and removes what it made. */
export async function runPost(state: BakeState): Promise<void> {
  // Leftovers are removed even if nobody reads the log.
  whenUnread(() => undefined)
  const log = actionsLog()
  const cleanUpAndReport = async (): Promise<boolean> => {
    const cutOff = await cleanUp(state, {log, env: process.env})
    await writeSummary(cutOffSummary(state, cutOff), log)
    return true
  }
  await runStep(log, cleanUpAndReport, (error) => leftSummary(state, error))
}
