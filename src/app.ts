import * as path from 'node:path'
import * as core from '@actions/core'
import {bake, type Outcome} from './bake.ts'
import {cleanUp} from './cleanup/cleanUp.ts'
import {describeLeftovers} from './cleanup/leftovers.ts'
import {stateKeys, type BakeState} from './cleanup/state.ts'
import {readInputs} from './inputs.ts'
import {outputsOf} from './outputs.ts'
import {explain, messageOf, roomAdvice, systemProblem, UserError} from './report/errors.ts'
import {actionsLog, whenUnread, type Log} from './report/log.ts'
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
      saveState,
      noteSwept: () => noteSwept(log),
      setOutputs
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
  endSoon()
}

/** @throws {UserError} when the runner's file for it cannot be written: post could then remove nothing */
function saveState(state: BakeState): void {
  try {
    core.saveState(stateKeys.bake, state)
  } catch (error) {
    throw new UserError(
      `What the post step needs could not be handed to the runner, so that nothing was made: ${systemProblem(error)}. ${roomAdvice}`,
      {cause: error}
    )
  }
}

/** @throws {UserError} when the runner's file for them cannot be written */
function setOutputs(outcome: Outcome): void {
  try {
    Object.entries(outputsOf(outcome)).forEach(([name, value]) => core.setOutput(name, value))
  } catch (error) {
    throw new UserError(`The outputs could not be handed to the runner: ${systemProblem(error)}. ${roomAdvice}`, {
      cause: error
    })
  }
}

function noteSwept(log: Log): void {
  try {
    core.saveState(stateKeys.swept, true)
  } catch (error) {
    log.info(`The post step will look again whether anything is left, since it cannot be told: ${systemProblem(error)}`)
  }
}

/** In milliseconds. */
const lingerMs = 5_000

/** Whatever is still open (a connection, a pipe that somebody else holds) must not keep the step from ending. */
function endSoon(): void {
  setTimeout(() => process.exit(), lingerMs).unref()
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
  // What is left is removed all the same.
  whenUnread(() => undefined)
  const log = actionsLog()
  try {
    await cleanUp(state, {log, env: process.env})
    process.exitCode = 0
  } catch (error) {
    log.error(explain(error))
  }
  endSoon()
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
  whenUnread(() => controller.abort(new UserError('The run was ended, because the runner reads its log no more.')))
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted)
        log.info(`Cancelled (${name}): ending what runs and removing what was made and is not to be kept`)
      controller.abort(new UserError('The run was cancelled.'))
    })
  }
  return controller.signal
}
