import * as path from 'node:path'
import {readInputs} from '../inputs/inputs.ts'
import {actionsLog} from '../lib/log.ts'
import {earlySummary} from './early-summary.ts'
import {runStep} from './step.ts'

const shippedTemplate = path.join(import.meta.dirname, '..', 'templates', 'jenkins')

/** The action's main step: bakes, reports, and fails the step unless the end is a good one. */
export async function runMain(): Promise<void> {
  const log = actionsLog()
  const work = async (): Promise<boolean> => {
    const inputs = readInputs(process.env, shippedTemplate)
    const {bakeAndReport} = await import('./work.ts')
    return bakeAndReport(inputs, log)
  }
  await runStep(log, work, (error) => earlySummary('Nothing was made', error))
}
