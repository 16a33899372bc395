import {setMaxListeners} from 'node:events'
import {CreateTagsCommand} from '@aws-sdk/client-ec2'
import type {Described, Resource} from '../aws/resources.ts'
import {findResources, type Findings} from './find.ts'
import {unknownId} from './search.ts'
import {advising, type Leftover} from './leftovers.ts'
import type {Use} from './in-use.ts'
import {sweep} from './sweep.ts'
import type {Account} from '../aws/account.ts'
import {awsTime} from '../aws/time.ts'
import {tagKeys} from '../aws/tags.ts'
import {atMost} from '../lib/at-most.ts'
import type {Log} from '../lib/log.ts'
import type {Pause} from '../lib/wait.ts'
import {findTagged, judge, whyKept, type Age, type Kept, type LostBake} from './lost-bakes.ts'
import {recordsOf} from './lost-records.ts'

export interface AccountSweepOptions {
  /** Absent: only expired resources are removed. */
  readonly olderThanMs?: number | undefined
  readonly dryRun: boolean
  readonly log: Log
  /** Aborted when the time is up or the run is cancelled; the leftovers are returned then. */
  readonly limit: AbortSignal
  readonly pause?: Pause
}

export interface Swept extends Resource {
  readonly bake: string
  readonly outcome: 'removed' | 'left' | 'would be removed'
  /** Why it is left. */
  readonly reason: string
}

export interface AccountReport {
  readonly swept: readonly Swept[]
  /** The types that could not be looked for. */
  readonly unseen: readonly Leftover[]
  readonly kept: readonly Kept[]
  /** The advice for leftovers and failed searches; each once. */
  readonly advice: readonly string[]
}

/** Each waits for its instances most of the time. More at once would only be throttled. */
const mostAtOnce = 4

/**
 * Removes the leftovers of bakes whose runner was lost: resources with the tag of a bake and a past expiry, and
 * untagged ones that belong to them. Resources that a bake kept have no expiry, and stay. Repeatable: the next sweep
 * finds the leftovers of this one.
 */
export async function sweepAccount(account: Account, options: AccountSweepOptions): Promise<AccountReport> {
  const {olderThanMs, dryRun, log, limit} = options
  // Each request that is under way listens to it.
  setMaxListeners(0, limit)
  const {tagged, unseen} = await findTagged(account, limit)
  // By AWS's clock, which the client knows from the answers that it has just had.
  const age = {now: awsTime(account.ec2), olderThanMs}
  const {lost, kept} = judge(tagged, age)
  log.info(
    `${lost.length} bakes have resources of which at least one ${olderThanMs === undefined ? 'has expired' : 'has expired or is old enough'}; ` +
      `${kept.length} resources of bakes stay`
  )
  const work = dryRun ? foretell : clear
  const stays = kept.map(({resource}) => resource)
  const swept = await atMost(mostAtOnce, lost, (bake) => work(account, bake, age, {...options, stays}))
  return {
    swept: swept.flatMap((one) => one.swept),
    unseen: [...unseen, ...swept.flatMap((one) => one.unseen)],
    kept: [...kept, ...swept.flatMap((one) => one.kept)],
    advice: advising([...unseen, ...swept.flatMap((one) => [...one.unseen, ...one.left])])
  }
}

interface Result extends Pick<AccountReport, 'swept' | 'unseen' | 'kept'> {
  readonly left: readonly Leftover[]
}

/** The resources that would be removed. */
async function foretell(
  account: Account,
  bake: LostBake,
  age: Age,
  {log, limit}: AccountSweepOptions
): Promise<Result> {
  const {found, inUse, unseen} = await findResources(account, tracesOf(account, bake, age), limit)
  const kept = inUse.map((use) => keptInUse(use, bake, log))
  return {swept: found.map((one) => sweptOf(one, bake, 'would be removed')), unseen, kept, left: []}
}

/** @param options `stays`: tagged resources for which it has been decided and reported that they stay */
async function clear(
  account: Account,
  bake: LostBake,
  age: Age,
  {log, limit, pause, stays}: AccountSweepOptions & {readonly stays: readonly Resource[]}
): Promise<Result> {
  const traces = tracesOf(account, bake, age)
  const {records, bakeId} = traces
  const {found, inUse} = await findResources(account, traces, limit)
  const kept = inUse.map((use) => keptInUse(use, bake, log))
  await adopt(account, bake, found)
  let present: readonly Described[] = []
  const onLook = (findings: Findings): void => void (present = findings.present)
  const swept = await sweep({...traces, account, bakeId, ledger: records, log, limit, pause, onLook})
  const named = [...stays, ...kept.map(({resource}) => resource)]
  const left = swept.filter((one) => !isIn(named, one))
  const recorded = new Map(records.resources.map((one) => [`${one.type} ${one.id}`, one]))
  const known = [...recorded.values()].filter((one) => !isIn(named, one))
  // A bake may have kept it in the meantime.
  const spared = limit.aborted ? [] : present.filter((one) => isIn(known, one) && !isIn(left, one))
  const whyIt = (one: Described): string => whyKept(one, bake, age) ?? 'it does not belong to its bake'
  return {
    swept: known.filter((one) => !isIn(spared, one)).map((one) => outcomeOf(one, bake, left)),
    unseen: left.filter((one) => !isIn(known, one)),
    kept: [...kept, ...spared.map((resource) => ({resource, why: whyIt(resource)}))],
    left
  }
}

function isIn(list: readonly Resource[], {type, id}: Resource): boolean {
  return list.some((one) => one.type === type && one.id === id)
}

/** A resource counts as removed only if it was looked for and not found. */
function outcomeOf(one: Resource, bake: LostBake, left: readonly Leftover[]): Swept {
  const mine = left.find((other) => isIn([other], one))
  const blind = left.find(({type, id, region}) => type === one.type && id === unknownId && region === one.region)
  const reason = (mine ?? blind)?.reason
  return reason === undefined ? sweptOf(one, bake, 'removed') : sweptOf(one, bake, 'left', reason)
}

/** AWS refuses to remove it as long as it is used: it is reported, and not tried. */
function keptInUse({resource, by}: Use, {bakeId}: LostBake, log: Log): Kept {
  const why = `it is in use by the ${by.type} ${by.id}, which stays`
  log.warning(`The ${resource.type} ${resource.id} of the bake ${bakeId} stays: ${why}.`)
  // It may carry no tag of its own.
  return {resource: {...resource, tags: {...resource.tags, [tagKeys.bake]: bakeId}}, why}
}

function tracesOf(account: Account, bake: LostBake, age: Age) {
  const records = recordsOf(bake, account.region)
  return {
    bakeId: bake.bakeId,
    records,
    announced: records.announced,
    until: bake.until,
    // Read anew each time: a bake may keep its image at this very moment.
    isKept: (one: Described): boolean => one.tags[tagKeys.bake] !== undefined && whyKept(one, bake, age) !== undefined
  }
}

/**
 * Tags untagged resources that belong to one of the bake's. If this run ends half-way, when an instance is gone but its
 * volume is not, the next one still finds the volume. If the role may not tag, it may not remove untagged resources
 * either: the removal's error says so.
 */
async function adopt(
  {ec2}: Account,
  {bakeId, began, timeoutMs, expires}: LostBake,
  found: readonly Described[]
): Promise<void> {
  const untagged = found.filter(({tags, region}) => tags[tagKeys.bake] === undefined && region === undefined)
  if (untagged.length === 0) return
  const since = timeoutMs === undefined ? {} : {[tagKeys.began]: began.toISOString()}
  const Tags = Object.entries({[tagKeys.bake]: bakeId, ...since, [tagKeys.expires]: expires.toISOString()})
  await ec2
    .send(
      new CreateTagsCommand({
        Resources: untagged.map(({id}) => id),
        Tags: Tags.map(([Key, Value]) => ({Key, Value}))
      })
    )
    .catch(() => undefined)
}

function sweptOf({type, id, region}: Resource, {bakeId}: LostBake, outcome: Swept['outcome'], reason = ''): Swept {
  return {type, id, ...(region !== undefined ? {region} : {}), bake: bakeId, outcome, reason}
}
