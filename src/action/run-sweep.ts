import {readSweepInputs} from '../inputs/sweep.ts'
import {actionsLog} from '../lib/log.ts'
import {earlySummary} from './early-summary.ts'
import {runStep} from './step.ts'

/** The sweep action: sweeps, reports, and fails the step when something that has expired is left. */
export async function runSweep(): Promise<void> {
  const log = actionsLog()
  const work = async (): Promise<boolean> => {
    const inputs = readSweepInputs(process.env)
    const {sweepAndReport} = await import('./work.ts')
    return sweepAndReport(inputs, log)
  }
  await runStep(log, work, (error) => earlySummary('Nothing was swept', error))
}
