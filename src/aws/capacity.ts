import {awsCause} from './errors/causes.ts'
import type {Log} from '../lib/log.ts'
import {messageOf, UserError} from '../lib/errors.ts'

/** An instance type and a subnet to try a launch with. */
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
 * Tries one place after the other while AWS lacks something there: capacity, free addresses in the subnet, the type in
 * this zone, or permission by the account's plan. Retrying the same one rarely helps (InsufficientInstanceCapacity
 * comes as HTTP 500, so the SDK has retried it already). A place that must lack the same is skipped.
 *
 * @throws {UserError} when none of several has capacity; what `attempt` throws otherwise
 */
export async function onFirstWithCapacity<T>(
  places: readonly Place[],
  log: Log,
  attempt: (place: Place, index: number) => Promise<T>
): Promise<T> {
  const untried = places.map((place, index) => ({place, index}))
  for (let tried = untried.shift(); tried !== undefined;) {
    const {place, index} = tried
    try {
      return await attempt(place, index)
    } catch (error) {
      const lacking = whatIsLacking(error)
      if (lacking === undefined) throw error
      const helps = lacking.elsewhere(place)
      const next = untried.findIndex((other) => helps(other.place))
      if (next < 0) throw places.length > 1 && lacking === noCapacity ? noneLeft(places, place, error) : error
      untried.splice(0, next)
      tried = untried.shift()
      if (tried)
        log.warning(`${lacking.what} ${nameOf(place)}; trying ${nameOf(tried.place)}. AWS said: ${messageOf(error)}`)
    }
  }
  throw new Error('no instance type was given')
}

/** Why a launch fails in one place and may not in another. */
interface Lacking {
  readonly what: string
  /** Which other places may have it. */
  readonly elsewhere: (place: Place) => (other: Place) => boolean
}

const noCapacity: Lacking = {what: 'No capacity for', elsewhere: () => () => true}

const lackings: Readonly<Record<string, Lacking>> = {
  'no-capacity': noCapacity,
  // The zone does not offer it: the log calls that the same.
  'type-not-offered': {...noCapacity},
  'subnet-full': {
    what: 'No free address for',
    elsewhere: (place) => (other) => other.subnetId !== place.subnetId
  },
  'free-plan': {
    what: 'The plan of this account does not allow',
    elsewhere: (place) => (other) => other.instanceType !== place.instanceType
  }
}

/**
 * By AWS's code or the diagnosis of Packer's own errors, never by the message's words: a build's message quotes its
 * machine.
 */
function whatIsLacking(error: unknown): Lacking | undefined {
  if (!(error instanceof Error)) return undefined
  const id = error instanceof UserError ? error.id : awsCause(error.name, error.message)?.id
  return id === undefined || !Object.hasOwn(lackings, id) ? undefined : lackings[id]
}

function nameOf({instanceType, subnetId}: Place): string {
  return subnetId === undefined ? instanceType : `${instanceType} in ${subnetId}`
}

function noneLeft(places: readonly Place[], last: Place, error: unknown): UserError {
  return new UserError(
    `No machine could be launched: AWS has no capacity for ${places.map(nameOf).join(', ')} at this time.\n` +
      "Give more types in 'instance-types', or subnets of other zones in 'subnet-ids', which are tried in turn, or run the job again later.\n" +
      `AWS said about ${nameOf(last)}: ${messageOf(error)}`,
    {cause: error, id: 'no-capacity'}
  )
}
