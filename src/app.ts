import * as path from 'node:path'
import * as core from '@actions/core'
import {bake, type Outcome} from './bake.ts'
import {cleanUp} from './cleanup/cleanUp.ts'
import {stateKeys, type BakeState} from './cleanup/state.ts'
import {readInputs} from './inputs.ts'
import {outputsOf} from './outputs.ts'
import {explain, UserError} from './report/errors.ts'
import {actionsLog, type Log} from './report/log.ts'
import {summaryOf} from './report/summary.ts'

const shippedTemplate = path.join(import.meta.dirname, '..', 'templates', 'jenkins')

/** The action's main step: bakes, reports, and fails the step unless the end is a good one. */
export async function runMain(): Promise<void> {
  const log = actionsLog()
  try {
    const inputs = readInputs(process.env, shippedTemplate)
    const deps = {
      log,
      env: process.env,
      fetch,
      temporaryFolder: process.env['RUNNER_TEMP'] ?? '/tmp',
      saveState: (state: BakeState) => core.saveState(stateKeys.bake, state),
      setOutputs: (outcome: Outcome) =>
        Object.entries(outputsOf(outcome)).forEach(([name, value]) => core.setOutput(name, value))
    }
    const outcome = await bake(inputs, deps, cancelSignal(log))
    if (outcome.leftovers.length === 0) core.saveState(stateKeys.swept, true)
    await core.summary.addRaw(summaryOf(outcome, log.phases)).write()
    failUnlessGood(outcome, log)
  } catch (error) {
    fail(log, explain(error))
  }
}

/** The action's post step: after a main that was cut off, ends what still runs and removes what it made. */
export async function runPost(state: BakeState): Promise<void> {
  const log = actionsLog()
  try {
    await cleanUp(state, {log, env: process.env})
  } catch (error) {
    fail(log, explain(error))
  }
}

function failUnlessGood(outcome: Outcome, log: Log): void {
  if (outcome.failure !== undefined) fail(log, explain(outcome.failure))
  if (outcome.verdict === 'rejected') fail(log, `The image was rejected: ${outcome.reason}`)
  outcome.leftovers.forEach(({type, id, reason}) => fail(log, `Left in the account: ${type} ${id}: ${reason}`))
}

function fail(log: Log, message: string): void {
  log.error(message)
  process.exitCode = 1
}

/** Aborted by the runner's cancel: SIGINT, and 7.5 s later SIGTERM. */
function cancelSignal(log: Log): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) log.info(`Cancelled (${name}): ending Packer and removing what was made`)
      controller.abort(new UserError('The run was cancelled.'))
    })
  }
  return controller.signal
}
