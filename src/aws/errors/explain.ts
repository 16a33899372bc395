import {pointer} from '../../lib/advice.ts'
import {UserError} from '../../lib/errors.ts'
import type {Log, Phases} from '../../lib/log.ts'
import {awsCause, type AwsCause} from './causes.ts'
import {denialAdvice, denialIn} from './denial.ts'

/**
 * Turns an error of AWS into a user's error: what was attempted, what AWS said, what to change.
 *
 * @param attempt what was being done, as the beginning of a sentence
 * @param policies a sentence that names the policies with the permissions that are needed here
 * @returns the error as it is when it is not AWS's
 */
export function explainRefusal(attempt: string, error: unknown, policies?: string): unknown {
  // The SDK puts `$metadata` on whatever ended a call, and `$fault` on what AWS answered; names of classes do not survive a bundler.
  if (!(error instanceof Error) || !('$metadata' in error) || error.name === 'AbortError') return error
  if (!('$fault' in error)) {
    return new UserError(`${attempt}: AWS gave no answer: ${error.message}\n${connectionAdvice}`, {cause: error})
  }
  const said = `${attempt}: AWS answered ${error.name}: ${error.message}`
  const cause = awsCause(error.name, error.message)
  if (!cause) return new UserError(`${said}\n${otherAdvice}`, {cause: error})
  return new UserError([said, adviceFor(cause, error, policies), pointer(cause.id)].join('\n'), {
    cause: error,
    id: cause.id
  })
}

/** The causes whose advice is right for every call. */
const ofAnyCall: ReadonlySet<string> = new Set([
  'denied',
  'throttled',
  'credentials-expired',
  'credentials-refused',
  'block-public-access',
  'aws-unwell'
])

/**
 * What to change after a call that failed, for a message that names the call.
 *
 * @param policies a sentence that names the policies with the permissions that are needed here
 * @param otherwise for an error whose cause is not known
 */
export function adviceOnFailure(
  error: unknown,
  {policies, otherwise = otherAdvice}: {readonly policies: string; readonly otherwise?: string}
): string {
  if (!(error instanceof Error)) return otherwise
  const cause = awsCause(error.name, error.message)
  if (cause && ofAnyCall.has(cause.id)) return adviceFor(cause, error, policies)
  return '$metadata' in error && !('$fault' in error) ? connectionAdvice : otherwise
}

export const onItsLine = (advice: string): string => (advice === '' ? '' : `\n${advice}`)

/** Phases of the log, with what AWS refuses in them explained to the user. */
export function explainingPhases(log: Log, policies?: string): Phases {
  return async (name, work) => {
    try {
      return await log.phase(name, work)
    } catch (error) {
      throw explainRefusal(name, error, policies)
    }
  }
}

const connectionAdvice =
  'Run the job again. If it happens again, check what stands between this runner and AWS (proxy, firewall).'
const otherAdvice = 'Check the inputs that this step of the bake depends on; run the job again if they are right.'

function adviceFor(cause: AwsCause, {name, message}: Error, policies: string | undefined): string {
  const denial = cause.id === 'denied' ? denialIn(`${name}: ${message}`) : undefined
  return denial
    ? `${cause.cause} ${denialAdvice([denial], policies === undefined ? {} : {policies})}`
    : `${cause.cause} ${cause.change}`
}
