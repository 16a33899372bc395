import type {BakeState} from '../ledger/state.ts'
import {actionsLog, whenUnread} from '../lib/log.ts'
import {runStep} from './step.ts'

/** The action's post step: after a main that was cut off, ends what still runs and removes what it made. */
export async function runPost(state: BakeState): Promise<void> {
  // Leftovers are removed even if nobody reads the log.
  whenUnread(() => undefined)
  const log = actionsLog()
  await runStep(log, async () => {
    const {cleanUpAndReport} = await import('./work.ts')
    return cleanUpAndReport(state, log)
  })
}
