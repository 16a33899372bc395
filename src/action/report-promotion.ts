import {promoteLater, type Promoted} from '../bake/promote-later.ts'
import type {PromoteInputs} from '../inputs/promote.ts'
import {explain} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {describeLeftovers} from '../sweep/leftovers.ts'
import {promotionSummary} from './promotion-summary.ts'
import {noteEnded, noteSwept, saveState} from './save-state.ts'
import {cancelSignal, setOutputs, writeSummary} from './step.ts'

/** Gives a verified image to others, reports, and tells whether all was done. */
export async function promoteAndReport(inputs: PromoteInputs, log: Log): Promise<boolean> {
  const {env} = process
  const temporaryFolder = env['RUNNER_TEMP'] ?? '/tmp'
  const deps = {
    log,
    env,
    temporaryFolder,
    saveState,
    noteSwept: () => noteSwept(log),
    setOutputs: (promoted: Promoted) => setOutputs(outputsOf(promoted))
  }
  const cancel = cancelSignal(log, 'removing the copies that are not finished')
  const promoted = await promoteLater(inputs, deps, cancel)
  const {failure, leftovers} = promoted
  if (failure !== undefined) log.error(explain(failure))
  if (leftovers.length > 0) log.error(describeLeftovers(leftovers))
  noteEnded()
  await writeSummary(promotionSummary(promoted, inputs.promotion), log)
  return failure === undefined && leftovers.length === 0
}

/** Every output, as promote/action.yml declares them. */
function outputsOf({image, parameter, launchTemplate}: Promoted): Record<string, string> {
  return {
    amis: JSON.stringify(Object.fromEntries([image, ...image.copies].map(({region, id}) => [region, id]))),
    'previous-ami-id': parameter?.previous ?? launchTemplate?.previous ?? '',
    'launch-template-version': launchTemplate ? String(launchTemplate.version) : ''
  }
}
