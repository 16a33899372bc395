import {bake} from '../bake/bake.ts'
import type {Outcome} from '../bake/outcome.ts'
import type {Inputs} from '../inputs/inputs.ts'
import {explain} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {describeLeftovers} from '../sweep/leftovers.ts'
import {givenInputs} from './given-inputs.ts'
import {writeHandOverFiles} from './hand-over-files.ts'
import {outputsOf} from './outputs.ts'
import {noteEnded, noteSwept, saveState} from './save-state.ts'
import {cancelSignal, setOutputs, writeSummary} from './step.ts'
import {summaryOf} from './summary.ts'

/** Bakes, reports, and tells whether the end is a good one. */
export async function bakeAndReport(inputs: Inputs, log: Log): Promise<boolean> {
  const deps = {
    log,
    env: process.env,
    temporaryFolder: process.env['RUNNER_TEMP'] ?? '/tmp',
    saveState,
    noteSwept: () => noteSwept(log),
    setOutputs: (outcome: Outcome) => setOutputs(outputsOf(outcome))
  }
  const cancel = cancelSignal(log, 'ending the bake and removing every resource that is not to be kept')
  const outcome = await bake(inputs, deps, cancel)
  const isGood = reportEnd(outcome, log) && tellOthers(outcome, deps.temporaryFolder, log)
  if (cancel.aborted && isGood) {
    log.warning('The cancel came after the image had been released: it is kept, and the outputs name it.')
  }
  noteEnded()
  await writeSummary(summaryOf(outcome, log.phases, {inputs: givenInputs()}), log)
  return isGood
}

/** Writes the files for other tools. @returns whether that was possible */
function tellOthers(outcome: Outcome, folder: string, log: Log): boolean {
  try {
    setOutputs(outputsOf(outcome, writeHandOverFiles(outcome, folder)))
    return true
  } catch (error) {
    log.error(explain(error))
    return false
  }
}

/** Logs everything that is wrong with an outcome. @returns whether the outcome is good */
function reportEnd({failure, verdict, reason, leftovers}: Outcome, log: Log): boolean {
  if (failure !== undefined) log.error(explain(failure))
  if (verdict === 'rejected') log.error(`The image was rejected: ${reason}`)
  if (leftovers.length > 0) log.error(describeLeftovers(leftovers))
  return failure === undefined && verdict !== 'rejected' && leftovers.length === 0
}
