import type {Log} from '../report/log.ts'
import {messageOf} from '../report/errors.ts'

/**
 * Tries one instance type after the other while AWS has no capacity for it. Retrying the same type rarely helps
 * (InsufficientInstanceCapacity comes as HTTP 500, so the SDK has retried it already).
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
      const next = instanceTypes[index + 1]
      if (next === undefined || !isNoCapacity(error)) throw error
      log.warning(`No capacity for ${instanceType}; trying ${next}. AWS said: ${messageOf(error)}`)
    }
  }
  throw new Error('no instance type was given')
}

function isNoCapacity(error: unknown): boolean {
  return error instanceof Error && /InsufficientInstanceCapacity/.test(`${error.name} ${error.message}`)
}
