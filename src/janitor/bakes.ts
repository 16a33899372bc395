import {
  imagesBy,
  instancesBy,
  keyPairsBy,
  launchTemplatesBy,
  securityGroupsBy,
  snapshotsBy,
  spotRequestsBy,
  volumesBy,
  type Described,
  type Search
} from '../cleanup/describe.ts'
import {notLookedFor, type Leftover} from '../cleanup/look.ts'
import type {ResourceType} from '../cleanup/resource.ts'
import type {Account} from '../ec2/account.ts'
import {tagKeys} from '../image/tags.ts'

/** What carries the tag of one bake and is not to stay. */
export interface LostBake {
  readonly bakeId: string
  /** When the first of its things was made, as far as AWS tells. */
  readonly began: Date | undefined
  readonly expires: Date
  /** At least one; terminated instances are among them. */
  readonly resources: readonly Described[]
}

/** Something that carries the tag of a bake and stays. */
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

/** Everything in the account's region that carries the tag of any bake. What could not be looked for is named. */
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
  return {tagged: found.flat(), unseen: problems}
}

export interface Age {
  /** By AWS's clock. */
  readonly now: Date
  /** Absent: only what has expired goes. */
  readonly olderThanMs?: number | undefined
}

/**
 * Tells what goes from what stays. A bake takes the expiry off what it keeps; whatever has none, stays.
 */
export function judge(tagged: readonly Described[], age: Age): {lost: LostBake[]; kept: Kept[]} {
  const kept: Kept[] = []
  const bakeIds = new Set(tagged.map(bakeOf))
  const lost = [...bakeIds].flatMap((bakeId): LostBake[] => {
    const all = tagged.filter((resource) => bakeOf(resource) === bakeId)
    const began = earliest(all)
    const judged = all.map((resource) => ({resource, why: whyKept(resource, began, age)}))
    kept.push(...judged.flatMap(({resource, why}) => (why === undefined ? [] : [{resource, why}])))
    const resources = judged.flatMap(({resource, why}) => (why === undefined ? [resource] : []))
    const expires = new Date(Math.max(...resources.map((resource) => expiryOf(resource))))
    return resources.length > 0 ? [{bakeId, began, expires, resources}] : []
  })
  return {lost, kept: kept.filter(({resource}) => resource.state !== 'terminated')}
}

const bakeOf = ({tags}: Described): string => tags[tagKeys.bake] ?? ''

/** @returns undefined for what goes */
export function whyKept(resource: Described, began: Date | undefined, {now, olderThanMs}: Age): string | undefined {
  // It becomes a filter, in which a star would mean every bake.
  if (!/^[0-9a-f]{12}$/.test(bakeOf(resource))) return `its ${tagKeys.bake} is not the id of a bake`
  if (resource.tags[tagKeys.expires] === undefined) return 'it has no expiry: its bake kept it'
  const expiry = expiryOf(resource)
  if (Number.isNaN(expiry)) return `its ${tagKeys.expires} is not a time`
  const isOld = olderThanMs !== undefined && began !== undefined && began.getTime() <= now.getTime() - olderThanMs
  return expiry <= now.getTime() || isOld ? undefined : `it expires at ${new Date(expiry).toISOString()}`
}

/** In the form in which bakes write it; anything else is no time. */
function expiryOf({tags}: Described): number {
  const text = tags[tagKeys.expires] ?? ''
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) ? Date.parse(text) : Number.NaN
}

function earliest(resources: readonly Described[]): Date | undefined {
  const times = resources.flatMap(({created}) => created?.getTime() ?? [])
  return times.length > 0 ? new Date(Math.min(...times)) : undefined
}
