import {pointer} from '../../lib/advice.ts'
import {UserError} from '../../lib/errors.ts'
import type {Log, Phases} from '../../lib/log.ts'
import {awsCause, type AwsCause} from './causes.ts'
import {denialAdvice, denialIn} from './denial.ts'

/**
 * Turns an error of AWS into a user's error: what was attempted, what AWS said, what to change.
 *
 * @param attempt what was being done, as the beginning of a sentence
 * @returns the error as it is when it is not AWS's
 */
export function explainRefusal(attempt: string, error: unknown): unknown {
  // The SDK puts `$metadata` on whatever ended a call, and `$fault` on what AWS answered; names of classes do not survive a bundler.
  if (!(error instanceof Error) || !('$metadata' in error) || error.name === 'AbortError') return error
  if (!('$fault' in error)) {
    return new UserError(`${attempt}: AWS gave no answer: ${error.message}\n${connectionAdvice}`, {cause: error})
  }
  const said = `${attempt}: AWS answered ${error.name}: ${error.message}`
  const cause = awsCause(error.name, error.message)
  if (!cause) return new UserError(`${said}\n${otherAdvice}`, {cause: error})
  return new UserError([said, adviceFor(cause, error), pointer(cause.id)].join('\n'), {cause: error, id: cause.id})
}

/** Phases of the log, with what AWS refuses in them explained to the user. */
export function explainingPhases(log: Log): Phases {
  return async (name, work) => {
    try {
      return await log.phase(name, work)
    } catch (error) {
      throw explainRefusal(name, error)
    }
  }
}

const connectionAdvice =
  'Run the job again. If it happens again, check what stands between this runner and AWS (proxy, firewall).'
const otherAdvice = 'Check the inputs that this step of the bake depends on; run the job again if they are right.'

function adviceFor(cause: AwsCause, {name, message}: Error): string {
  const denial = cause.id === 'denied' ? denialIn(`${name}: ${message}`) : undefined
  return denial ? `${cause.cause} ${denialAdvice([denial])}` : `${cause.cause} ${cause.change}`
}
