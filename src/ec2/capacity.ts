import type {Log} from '../report/log.ts'
import {messageOf, UserError} from '../report/errors.ts'

/**
 * Tries one instance type after the other while AWS has no capacity for it. Retrying the same type rarely helps
 * (InsufficientInstanceCapacity comes as HTTP 500, so the SDK has retried it already).
 *
 * @throws {UserError} when there is none for any of several; what `attempt` throws otherwise
 */
export async function onFirstWithCapacity<T>(
  instanceTypes: readonly string[],
  log: Log,
  attempt: (instanceType: string) => Promise<T>
): Promise<T> {
  for (const [index, instanceType] of instanceTypes.entries()) {
    try {
      return await attempt(instanceType)
    } catch (error) {
      if (!isNoCapacity(error)) throw error
      const next = instanceTypes[index + 1]
      if (next === undefined) throw instanceTypes.length > 1 ? noneLeft(instanceTypes, error) : error
      log.warning(`No capacity for ${instanceType}; trying ${next}. AWS said: ${messageOf(error)}`)
    }
  }
  throw new Error('no instance type was given')
}

function noneLeft(instanceTypes: readonly string[], error: unknown): UserError {
  return new UserError(
    `No machine could be launched: AWS has no capacity for ${instanceTypes.join(', ')} at this time.\n` +
      "Give more types in 'instance-types', which are tried in turn, or run the job again later.\n" +
      `Of ${instanceTypes.at(-1)} it was said: ${messageOf(error)}`,
    {cause: error, id: 'no-capacity'}
  )
}

/** By AWS's code or the diagnosis of Packer's own errors, never by words: a build's message quotes its machine. */
function isNoCapacity(error: unknown): boolean {
  if (error instanceof UserError) return error.id === 'no-capacity'
  return error instanceof Error && error.name === 'InsufficientInstanceCapacity'
}
