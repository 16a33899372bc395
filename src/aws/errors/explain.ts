import {pointer} from '../../lib/advice.ts'
import {UserError} from '../../lib/errors.ts'
import type {Log, Phases} from '../../lib/log.ts'
import {awsCause, type AwsCause} from './causes.ts'
import {denialAdvice, denialIn, type DenialContext} from './denial.ts'

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
  return new UserError(
    [
      said,
      adviceFor(cause, error, policies === undefined ? {} : {policies, onlyPolicies: true}),
      pointer(cause.id)
    ].join('\n'),
    {
      cause: error,
      id: cause.id
    }
  )
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
 * @param onlyPolicies whether only those have the right conditions, so that no statements are printed
 * @param otherwise for an error whose cause is not known
 */
export function adviceOnFailure(
  error: unknown,
  {
    policies,
    onlyPolicies = false,
    otherwise = otherAdvice
  }: {readonly policies: string; readonly onlyPolicies?: boolean; readonly otherwise?: string}
): string {
  if (!(error instanceof Error)) return otherwise
  const cause = awsCause(error.name, error.message)
  if (cause && ofAnyCall.has(cause.id)) return adviceFor(cause, error, {policies, onlyPolicies})
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

function adviceFor(
  cause: AwsCause,
  {name, message}: Error,
  permissions: Pick<DenialContext, 'policies' | 'onlyPolicies'>
): string {
  const denial = cause.id === 'denied' ? denialIn(`${name}: ${message}`) : undefined
  if (denial) return `${cause.cause} ${denialAdvice([denial], permissions)}`
  const {policies} = permissions
  const isElsewhere = cause.id === 'denied' && policies !== undefined
  return `${cause.cause} ${isElsewhere ? `Allow it in the role's policy; ${policies}.` : cause.change}`
}
