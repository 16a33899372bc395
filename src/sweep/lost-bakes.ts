import {
  imagesBy,
  instancesBy,
  keyPairsBy,
  launchTemplatesBy,
  securityGroupsBy,
  snapshotsBy,
  spotRequestsBy,
  type Described,
  type ResourceType,
  type Search,
  volumesBy
} from '../aws/resources.ts'
import {notLookedFor} from './search.ts'
import type {Leftover} from './leftovers.ts'
import type {Account} from '../aws/account.ts'
import {lifetimeIn, tagKeys, type Lifetime} from '../aws/tags.ts'
import {isNamedForBake, isUndated} from './ownership.ts'

/** The resources with the tag of one bake that must not stay. */
export interface LostBake extends BakeTimes {
  readonly bakeId: string
  /** At least one; terminated instances are among them. */
  readonly resources: readonly Described[]
}

/** A resource that carries the tag of a bake and stays. */
export interface Kept {
  readonly resource: Described
  readonly why: string
}

const searches: Partial<Record<ResourceType, Search>> = {
  instance: instancesBy,
  'spot-request': spotRequestsBy,
  'launch-template': launchTemplatesBy,
  volume: volumesBy,
  image: imagesBy,
  snapshot: snapshotsBy,
  'security-group': securityGroupsBy,
  'key-pair': keyPairsBy
}

/**
 * Everything in the account's region that carries the tag of any bake; further resources in AWS's answers are left out.
 * Types that could not be looked for are reported.
 */
export async function findTagged(
  {ec2}: Account,
  abortSignal: AbortSignal
): Promise<{tagged: readonly Described[]; unseen: readonly Leftover[]}> {
  const problems: Leftover[] = []
  const filters = [{Name: 'tag-key', Values: [tagKeys.bake]}]
  const found = await Promise.all(
    Object.entries(searches).map(async ([type, search]) => {
      try {
        return await search({client: ec2, abortSignal}, filters)
      } catch (error) {
        problems.push(notLookedFor(type as ResourceType, error))
        return []
      }
    })
  )
  return {tagged: found.flat().filter(({tags}) => tags[tagKeys.bake] !== undefined), unseen: problems}
}

export interface Age {
  /** By AWS's clock. */
  readonly now: Date
  /** Absent: only expired resources are removed. */
  readonly olderThanMs?: number | undefined
}

/**
 * Decides which resources are removed and which stay. A bake removes the expiry of resources that it keeps, so a
 * resource without one stays.
 */
export function judge(tagged: readonly Described[], age: Age): {lost: LostBake[]; kept: Kept[]} {
  const kept: Kept[] = []
  const bakeIds = new Set(tagged.map(bakeOf))
  const lost = [...bakeIds].flatMap((bakeId): LostBake[] => {
    const all = tagged.filter((resource) => bakeOf(resource) === bakeId)
    const bake = timesOf(all)
    const judged = all.map((resource) => ({resource, why: whyKept(resource, bake, age)}))
    kept.push(...judged.flatMap(({resource, why}) => (why === undefined ? [] : [{resource, why}])))
    const resources = judged.flatMap(({resource, why}) => (why === undefined ? [resource] : []))
    return resources.length > 0 ? [{bakeId, ...bake, resources}] : []
  })
  return {lost, kept: kept.filter(({resource}) => resource.state !== 'terminated')}
}

const bakeOf = ({tags}: Described): string => tags[tagKeys.bake] ?? ''

/** The times of one bake, from the tags of all of its resources. */
export interface BakeTimes {
  /** By AWS's clock; of an old bake, not later than this. */
  readonly began: Date
  /** The earliest time at which it is known to have run. */
  readonly since: Date
  /** Later resources without a tag are not the bake's. */
  readonly until: Date
  /** When it ends at the latest. */
  readonly end: Date
  readonly expires: Date
  /** Its machines that still run. */
  readonly machines: readonly Described[]
  /** How long it may take; absent where its tags do not say. */
  readonly timeoutMs?: number
}

/** An old bake does not say when it began: no bake may take longer than a day. */
const longestBakeMs = 24 * 3_600_000
/** The time for Packer's own cleanup after the timeout, and for the end of a bake. */
const windingUpMs = 30 * 60_000

function timesOf(resources: readonly Described[]): BakeTimes {
  const lifetimes = resources.flatMap(({tags}) => lifetimeIn(tags) ?? [])
  const machines = resources.filter(({type, state}) => type === 'instance' && state !== 'terminated')
  const latest = (times: readonly Date[]): Date => new Date(Math.max(0, ...times.map((time) => time.getTime())))
  const told = mostTold(resources)
  if (told) {
    const {began, end, expires} = told
    const until = new Date(end.getTime() + windingUpMs)
    return {began, since: began, until, end, expires, machines, timeoutMs: end.getTime() - began.getTime()}
  }
  const [end, expires] = [latest(lifetimes.map((one) => one.end)), latest(lifetimes.map((one) => one.expires))]
  const since = new Date(Math.min(...resources.map(({created = end}) => created.getTime())))
  return {began: new Date(end.getTime() - longestBakeMs), since, until: expires, end, expires, machines}
}

type Told = Lifetime & {readonly began: Date; readonly isPossible: boolean}

/**
 * The lifetime that most of the resources tell, and the latest of those that as many tell: a resource that somebody
 * tagged by hand does not make a bake begin earlier or later. A resource that is older than the bake of its tags tells
 * least, since no bake made it.
 */
function mostTold(resources: readonly Described[]): Told | undefined {
  const told = resources.flatMap(({tags, created}): Told[] => {
    const lifetime = lifetimeIn(tags)
    if (lifetime?.began === undefined) return []
    const {began} = lifetime
    return [{...lifetime, began, isPossible: created === undefined || created >= began}]
  })
  const votes = ({began}: Told): number =>
    told.filter((one) => one.isPossible && one.began.getTime() === began.getTime()).length
  return told.toSorted((one, other) => votes(other) - votes(one) || Number(other.began) - Number(one.began)).at(0)
}

/** @returns undefined for a resource to remove */
export function whyKept(resource: Described, bake: BakeTimes, {now, olderThanMs}: Age): string | undefined {
  // It becomes a filter, in which a star would mean every bake.
  if (!/^[0-9a-f]{12}$/.test(bakeOf(resource))) return `its ${tagKeys.bake} is not the id of a bake`
  if (resource.tags[tagKeys.expires] === undefined) return 'it has no expiry: its bake kept it'
  const lifetime = lifetimeIn(resource.tags)
  if (lifetime === undefined) return `its ${tagKeys.expires} is not a time`
  if (resource.created !== undefined && resource.created < bake.began) return 'it is older than its bake'
  if (isUndated(resource) && resource.created === undefined && !isNamedForBake(resource, bakeOf(resource)))
    return 'AWS does not say when it was made, and its name is not one that a bake gives'
  const young = bake.machines.find((machine) => isYoung(machine, bake, now))
  if (young) return `its bake may still run: the instance ${young.id} is younger than its bake-timeout`
  if (bake.timeoutMs !== undefined && now < bake.end) return `its bake may still run until ${bake.end.toISOString()}`
  const isOld = olderThanMs !== undefined && bake.since.getTime() <= now.getTime() - olderThanMs
  const {expires} = lifetime
  return expires <= now || isOld ? undefined : `it expires at ${expires.toISOString()}`
}

/** The default of the input 'bake-timeout'. */
const usualTimeoutMs = 60 * 60_000

/**
 * A machine that is younger than its bake-timeout may still be in use, whatever the tags say. Those of an old bake do
 * not tell its bake-timeout, and are by its runner's clock: a machine that was launched when its bake should have ended
 * shows that this clock was behind, by less than a day (a clock that is further off opens no connection to AWS).
 */
function isYoung({created, tags}: Described, {timeoutMs}: BakeTimes, now: Date): boolean {
  const lifetime = lifetimeIn(tags)
  if (created === undefined || lifetime === undefined) return false
  const late = created.getTime() - lifetime.end.getTime()
  const wasBehind = late > 0 && late < longestBakeMs
  const least = timeoutMs ?? (wasBehind ? usualTimeoutMs : 0)
  return now.getTime() - created.getTime() < least
}
