import * as path from 'node:path'
import * as core from '@actions/core'
import {bake, type Outcome} from './bake.ts'
import {cleanUp} from './cleanup/cleanUp.ts'
import {describeLeftovers} from './cleanup/leftovers.ts'
import {stateKeys, type BakeState} from './cleanup/state.ts'
import {readInputs} from './inputs.ts'
import {outputsOf} from './outputs.ts'
import {explain, messageOf, UserError} from './report/errors.ts'
import {actionsLog, type Log} from './report/log.ts'
import {earlyEndSummary, summaryOf} from './report/summary.ts'

export {runSweep} from './janitor/run.ts'

const shippedTemplate = path.join(import.meta.dirname, '..', 'templates', 'jenkins')

/** The action's main step: bakes, reports, and fails the step unless the end is a good one. */
export async function runMain(): Promise<void> {
  // Green only at a good end: a promise that never settles would otherwise end the process with 0.
  process.exitCode = 1
  const log = actionsLog()
  try {
    const inputs = readInputs(process.env, shippedTemplate)
    const deps = {
      log,
      env: process.env,
      temporaryFolder: process.env['RUNNER_TEMP'] ?? '/tmp',
      saveState: (state: BakeState) => core.saveState(stateKeys.bake, state),
      noteSwept: () => core.saveState(stateKeys.swept, true),
      setOutputs: (outcome: Outcome) =>
        Object.entries(outputsOf(outcome)).forEach(([name, value]) => core.setOutput(name, value))
    }
    const cancel = cancelSignal(log)
    const outcome = await bake(inputs, deps, cancel)
    process.exitCode = isGood(outcome, log) ? 0 : 1
    if (cancel.aborted && process.exitCode === 0) {
      log.warning('The cancel came when the image had been given out: it is kept, and the outputs name it.')
    }
    await writeSummary(summaryOf(outcome, log.phases), log)
  } catch (error) {
    log.error(explain(error))
    await writeSummary(earlyEndSummary(error), log)
  }
}

async function writeSummary(text: string, log: Log): Promise<void> {
  await core.summary
    .addRaw(text)
    .write()
    .catch((error: unknown) => log.warning(`The job summary could not be written: ${messageOf(error)}`))
}

/** The action's post step: after a main that was cut off, ends what still runs and removes what it made. */
export async function runPost(state: BakeState): Promise<void> {
  process.exitCode = 1
  const log = actionsLog()
  try {
    await cleanUp(state, {log, env: process.env})
    process.exitCode = 0
  } catch (error) {
    log.error(explain(error))
  }
}

/** Says everything that is wrong with an outcome. */
function isGood({failure, verdict, reason, leftovers}: Outcome, log: Log): boolean {
  if (failure !== undefined) log.error(explain(failure))
  if (verdict === 'rejected') log.error(`The image was rejected: ${reason}`)
  if (leftovers.length > 0) log.error(describeLeftovers(leftovers))
  return failure === undefined && verdict !== 'rejected' && leftovers.length === 0
}

/** Aborted by the runner's cancel: SIGINT, and 7.5 s later SIGTERM. */
function cancelSignal(log: Log): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted)
        log.info(`Cancelled (${name}): ending what runs and removing what was made and is not to be kept`)
      controller.abort(new UserError('The run was cancelled.'))
    })
  }
  return controller.signal
}
