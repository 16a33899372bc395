import * as core from '@actions/core'
import {showDebug} from '../lib/debug.ts'
import {explain, messageOf, roomAdvice, systemProblem, UserError} from '../lib/errors.ts'
import {whenUnread, type Log} from '../lib/log.ts'
import {inertText} from '../lib/untrusted.ts'

/** In milliseconds. */
const lingerMs = 5_000

/**
 * Runs one step of the action. The exit code is 1 until the work ends with true: a promise that never settles would
 * otherwise end the process with 0.
 *
 * @param work throws what the log is to explain
 * @param summary of a run that ended with an error; without it the job summary gets none
 */
export async function runStep(
  log: Log,
  work: () => Promise<boolean>,
  summary?: (error: unknown) => string
): Promise<void> {
  process.exitCode = 1
  if (core.isDebug()) showDebug((message) => core.debug(inertText(message)))
  try {
    process.exitCode = (await work()) ? 0 : 1
  } catch (error) {
    log.error(explain(error))
    if (summary) await writeSummary(summary(error), log)
  }
  // An open handle (a connection, a pipe that another process holds) must not keep the step from ending.
  setTimeout(() => process.exit(), lingerMs).unref()
}

/**
 * Aborted by the runner's cancel (SIGINT, and 7.5 s later SIGTERM), and when nobody reads the log any more.
 *
 * @param consequence what a cancel leads to, for the log
 */
export function cancelSignal(log: Log, consequence: string): AbortSignal {
  const controller = new AbortController()
  whenUnread(() => controller.abort(new UserError('The run was ended, because the runner no longer reads its log.')))
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) log.info(`Cancelled (${name}): ${consequence}`)
      controller.abort(new UserError('The run was cancelled.'))
    })
  }
  return controller.signal
}

/** @throws {UserError} when the runner's file for them cannot be written */
export function setOutputs(outputs: Readonly<Record<string, string>>): void {
  try {
    Object.entries(outputs).forEach(([name, value]) => core.setOutput(name, value))
  } catch (error) {
    throw new UserError(`The outputs could not be handed to the runner: ${systemProblem(error)}. ${roomAdvice}`, {
      cause: error
    })
  }
}

/** Adds to the job summary. One that cannot be written is a warning: it decides nothing. */
export async function writeSummary(markdown: string, log: Log): Promise<void> {
  await core.summary
    .addRaw(markdown)
    .write()
    .catch((error: unknown) => log.warning(`The job summary could not be written: ${messageOf(error)}`))
}
