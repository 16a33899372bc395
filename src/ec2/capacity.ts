import type {Log} from '../report/log.ts'
import {messageOf, UserError} from '../report/errors.ts'

/** What a launch is tried with. */
export interface Place {
  readonly instanceType: string
  /** Absent: EC2 chooses one of the default VPC. */
  readonly subnetId?: string
}

/** Each type in each subnet, before the next type. */
export function placesOf(instanceTypes: readonly string[], subnetIds: readonly string[]): Place[] {
  if (subnetIds.length === 0) return instanceTypes.map((instanceType) => ({instanceType}))
  return instanceTypes.flatMap((instanceType) => subnetIds.map((subnetId) => ({instanceType, subnetId})))
}

/**
 * Tries one place after the other while AWS has no capacity for it. Retrying the same one rarely helps
 * (InsufficientInstanceCapacity comes as HTTP 500, so the SDK has retried it already). A type that is not offered in one zone may
 * be in the next.
 *
 * @throws {UserError} when there is none for any of several; what `attempt` throws otherwise
 */
export async function onFirstWithCapacity<T>(
  places: readonly Place[],
  log: Log,
  attempt: (place: Place, index: number) => Promise<T>
): Promise<T> {
  for (const [index, place] of places.entries()) {
    try {
      return await attempt(place, index)
    } catch (error) {
      const next = places[index + 1]
      if (!isNoCapacity(error) && !(next && isNotOffered(error))) throw error
      if (next === undefined) throw places.length > 1 ? noneLeft(places, error) : error
      log.warning(`No capacity for ${nameOf(place)}; trying ${nameOf(next)}. AWS said: ${messageOf(error)}`)
    }
  }
  throw new Error('no instance type was given')
}

function nameOf({instanceType, subnetId}: Place): string {
  return subnetId === undefined ? instanceType : `${instanceType} in ${subnetId}`
}

function noneLeft(places: readonly Place[], error: unknown): UserError {
  return new UserError(
    `No machine could be launched: AWS has no capacity for ${places.map(nameOf).join(', ')} at this time.\n` +
      "Give more types in 'instance-types', or subnets of other zones in 'subnet-ids', which are tried in turn, or run the job again later.\n" +
      `Of ${places.slice(-1).map(nameOf).join('')} it was said: ${messageOf(error)}`,
    {cause: error, id: 'no-capacity'}
  )
}

/** By AWS's code or the diagnosis of Packer's own errors, never by words: a build's message quotes its machine. */
function isNoCapacity(error: unknown): boolean {
  if (error instanceof UserError) return error.id === 'no-capacity'
  return error instanceof Error && error.name === 'InsufficientInstanceCapacity'
}

function isNotOffered(error: unknown): boolean {
  if (error instanceof UserError) return error.id === 'type-not-offered'
  return error instanceof Error && error.name === 'Unsupported'
}
