import {readPromoteInputs} from '../inputs/promote.ts'
import {actionsLog} from '../lib/log.ts'
import {earlySummary} from './early-summary.ts'
import {runStep} from './step.ts'

/** The promote action: gives a verified image to others, reports, and fails the step unless all was done. */
export async function runPromote(): Promise<void> {
  const log = actionsLog()
  const work = async (): Promise<boolean> => {
    const inputs = readPromoteInputs(process.env)
    const {promoteAndReport} = await import('./work.ts')
    return promoteAndReport(inputs, log)
  }
  await runStep(log, work, (error) => earlySummary('Nothing was changed', error))
}
