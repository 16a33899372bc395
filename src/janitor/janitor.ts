import {setMaxListeners} from 'node:events'
import {CreateTagsCommand} from '@aws-sdk/client-ec2'
import type {Described} from '../cleanup/describe.ts'
import {findResources, type Leftover} from '../cleanup/find.ts'
import {advising} from '../cleanup/leftovers.ts'
import type {Resource} from '../cleanup/ledger.ts'
import {sweep} from '../cleanup/sweep.ts'
import type {Account} from '../ec2/account.ts'
import {awsTime} from '../ec2/time.ts'
import {tagKeys} from '../image/tags.ts'
import type {Log} from '../report/log.ts'
import {findTagged, judge, whyKept, type Age, type Kept, type LostBake} from './bakes.ts'
import {recordsOf} from './records.ts'

export interface JanitorOptions {
  /** Absent: only what has expired goes. */
  readonly olderThanMs?: number | undefined
  readonly dryRun: boolean
  readonly log: Log
  /** Aborted when the time is up or the run is cancelled; what is left then is returned. */
  readonly limit: AbortSignal
}

export interface Swept extends Resource {
  readonly bake: string
  readonly outcome: 'removed' | 'left' | 'would be removed'
  /** Why it is left. */
  readonly reason: string
}

export interface JanitorReport {
  readonly swept: readonly Swept[]
  /** What could not be looked for. */
  readonly unseen: readonly Leftover[]
  readonly kept: readonly Kept[]
  /** What to change, for what is left or could not be looked for; each once. */
  readonly advice: readonly string[]
}

/** Each waits for its instances most of the time. More at once would only be throttled. */
const mostAtOnce = 4

/**
 * Removes what bakes left behind whose runner was lost: what carries the tag of a bake whose expiry has passed, and what
 * hangs on it. What a bake kept has no expiry, and stays. Repeatable: what is left now, the next sweep finds again.
 */
export async function janitor(account: Account, options: JanitorOptions): Promise<JanitorReport> {
  const {olderThanMs, dryRun, log, limit} = options
  // Each request that is under way listens to it.
  setMaxListeners(0, limit)
  const {tagged, unseen} = await findTagged(account, limit)
  // By AWS's clock, which the client knows from the answers that it has just had.
  const age = {now: awsTime(account.ec2), olderThanMs}
  const {lost, kept} = judge(tagged, age)
  log.info(
    `${lost.length} bakes have something that ${olderThanMs === undefined ? 'has expired' : 'has expired or is old enough'}; ` +
      `${kept.length} resources of bakes stay`
  )
  const work = dryRun ? foretell : clear
  const swept = await atMost(mostAtOnce, lost, (bake) => work(account, bake, age, options))
  return {
    swept: swept.flatMap((one) => one.swept),
    unseen: [...unseen, ...swept.flatMap((one) => one.unseen)],
    kept,
    advice: advising([...unseen, ...swept.flatMap((one) => [...one.unseen, ...one.left])])
  }
}

interface Result extends Pick<JanitorReport, 'swept' | 'unseen'> {
  readonly left: readonly Leftover[]
}

/** What would be removed. */
async function foretell(account: Account, bake: LostBake, age: Age, {limit}: JanitorOptions): Promise<Result> {
  const {found, unseen} = await findResources(account, tracesOf(account, bake, age), limit)
  return {swept: found.map((one) => sweptOf(one, bake, 'would be removed')), unseen, left: []}
}

async function clear(account: Account, bake: LostBake, age: Age, {log, limit}: JanitorOptions): Promise<Result> {
  const traces = tracesOf(account, bake, age)
  const {records, bakeId} = traces
  const {found} = await findResources(account, traces, limit)
  await adopt(account, bake, found)
  const left = await sweep({...traces, account, bakeId, ledger: records, log, limit})
  const isLeft = new Map(left.map((one) => [`${one.type} ${one.id}`, one.reason]))
  const known = new Map(records.resources.map((one) => [`${one.type} ${one.id}`, one]))
  return {
    swept: [...known].map(([name, one]) => sweptOf(one, bake, isLeft.has(name) ? 'left' : 'removed', isLeft.get(name))),
    unseen: left.filter(({type, id}) => !known.has(`${type} ${id}`)),
    left
  }
}

function tracesOf(account: Account, bake: LostBake, age: Age) {
  const records = recordsOf(bake, account.region)
  return {
    bakeId: bake.bakeId,
    records,
    announced: records.announced,
    until: bake.expires,
    // Asked anew each time: a bake may keep its image at this very moment.
    isKept: (one: Described): boolean =>
      one.tags[tagKeys.bake] !== undefined && whyKept(one, bake.began, age) !== undefined
  }
}

/**
 * Tags what only hangs on something of the bake. Should this run end half-way, when an instance is gone and its volume is
 * not, the next one still finds it. Where the role may not tag, it may not remove untagged things either: the removal's
 * error says so.
 */
async function adopt({ec2}: Account, {bakeId, expires}: LostBake, found: readonly Described[]): Promise<void> {
  const untagged = found.filter(({tags, region}) => tags[tagKeys.bake] === undefined && region === undefined)
  if (untagged.length === 0) return
  const Tags = Object.entries({[tagKeys.bake]: bakeId, [tagKeys.expires]: expires.toISOString()})
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
  return {type, id, ...(region === undefined ? {} : {region}), bake: bakeId, outcome, reason}
}

/** Works on a few at a time. */
async function atMost<T, R>(width: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const queue = [...items]
  const results: R[] = []
  async function worker(): Promise<void> {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) results.push(await work(item))
  }
  await Promise.all(Array.from({length: width}, worker))
  return results
}
