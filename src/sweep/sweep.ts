import {setMaxListeners} from 'node:events'
import type {Account} from '../aws/account.ts'
import {pauseFor, type Pause} from '../lib/wait.ts'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import type {Described, ResourceType} from '../aws/resources.ts'
import {findResources, type Findings} from './find.ts'
import type {Traces} from './search.ts'
import {adviceOn, type Leftover} from './leftovers.ts'
import type {Use} from './in-use.ts'
import type {Records} from '../ledger/ledger.ts'
import {remove} from './remove.ts'
import {untagging} from './strangers.ts'

export interface SweepOptions extends Pick<Traces, 'until' | 'isKept'> {
  readonly account: Account
  readonly bakeId: string
  readonly ledger: Records
  readonly log: Log
  /** Ends the sweep; what is left then is returned. */
  readonly limit: AbortSignal
  /** How long something whose id was never learned may take to show up, in milliseconds. */
  readonly settleMs?: number
  readonly pause?: Pause
  /** Told of everything that each look has shown. */
  readonly onLook?: (findings: Findings) => void
}

/**
 * After so many removals that AWS accepted or refused for good (about 25 seconds), asking again is useless. What it
 * refuses for the time being is asked for until the time for the sweep is up.
 */
const mostAttempts = 8

/**
 * Removes everything that this bake made and that was not released, and looks again until nothing is left.
 * The end of a normal run, of a failed one, of a cancelled one (by post), and the janitor's work on a bake whose runner
 * was lost, are this one function.
 *
 * Each round removes what can be removed now; what depends on something else (a group on its instance, a snapshot on
 * its image) fails with an error that AWS documents for it, and is tried again in the next round.
 *
 * @returns what is left; empty when all is clean
 */
export async function sweep(options: SweepOptions): Promise<Leftover[]> {
  const {account, log, ledger, limit, settleMs = 5_000, pause: wait = pauseFor} = options
  // Each request that is under way listens to it.
  setMaxListeners(0, limit)
  const traces = {...options, records: ledger, announced: ledger.announced}
  const attempts = new Map<string, Attempt>()
  const recorded = new Set<string>()
  let settled = !ledger.hasOpenIntents
  let blindLooks = 0
  const untag = untagging(options)
  let left = unknown(ledger)
  for (let pause = 300; ; pause = Math.min(pause * 2, 8_000)) {
    if (limit.aborted) return left
    const findings = await findResources(account, traces, limit)
    if (limit.aborted) return left
    options.onLook?.(findings)
    const {found, inUse, strangers, unseen, doubts} = findings
    await untag(strangers)
    const stuck = [...inUse.flatMap(leftInUse), ...doubts]
    // Recorded, so that each is looked for by its id even when what led to it (its instance, its image) is gone.
    const all = [...found, ...inUse.map(({resource}) => resource)]
    all
      .filter((resource) => !recorded.has(nameOf(resource)))
      .forEach((resource) => {
        recorded.add(nameOf(resource))
        ledger.made(resource.type, resource.id, undefined, resource.region)
      })
    found.forEach((resource) =>
      attempts.set(nameOf(resource), {tries: 0, reason: '', ...attempts.get(nameOf(resource)), resource})
    )
    if (found.length === 0 && unseen.length === 0) {
      if (settled) return stuck
      log.info('Nothing is left. Looking once more, because something that was being made may still show up.')
      settled = true
      await wait(settleMs, limit).catch(() => undefined)
      continue
    }
    const removable = due(found)
    await Promise.all(removable.map((resource) => attempt(options, resource, attempts, found)))
    left = [...found.map((resource) => leftover(resource, attempts)), ...unseen, ...stuck]
    if (blindLooks === 0) {
      unseen.forEach(({type, reason}) => log.warning(`Something of the type ${type} may be left: ${reason}`))
    }
    blindLooks = unseen.length > 0 ? blindLooks + 1 : 0
    const isBlind = blindLooks >= mostAttempts
    const isHopeless = (resource: Described): boolean =>
      (attempts.get(nameOf(resource))?.tries ?? 0) >= mostAttempts ||
      // What it waits for may be there for ever: it cannot be seen.
      (isBlind && unseen.some(({type}) => type === waitsFor[resource.type]))
    if (removable.every(isHopeless) && (unseen.length === 0 || isBlind)) return left
    await wait(pause, limit).catch(() => undefined)
  }
}

interface Attempt {
  readonly resource: Described
  readonly tries: number
  readonly reason: string
  readonly advice?: string | undefined
}

/** @returns nothing for what the bake's own image uses that was given out */
function leftInUse({resource: {type, id, state, region}, by, byKept}: Use): Leftover[] {
  if (byKept) return []
  const reason = `it is in use by the ${by.type} ${by.id}, which is not this bake's`
  return [{type, id, state, reason, advice: useAdvice, usedBy: by, ...(region === undefined ? {} : {region})}]
}

const useAdvice =
  'Remove what uses it first, and then it; or keep both, and take the tags off it that begin with bake-jenkins-ami.'

/** What has to be gone first. A volume that goes with its instance need not be deleted. */
const waitsFor: Partial<Record<ResourceType, ResourceType>> = {
  volume: 'instance',
  // The group's absence is what makes a launch that is still under way fail.
  'security-group': 'instance',
  snapshot: 'image',
  'instance-profile': 'instance',
  role: 'instance-profile'
}

/** What can be removed now. */
function due(found: readonly Described[]): Described[] {
  return found.filter(
    ({type, region}) => !found.some((other) => other.type === waitsFor[type] && other.region === region)
  )
}

async function attempt(
  {account, log, limit}: SweepOptions,
  resource: Described,
  attempts: Map<string, Attempt>,
  found: readonly Described[]
): Promise<void> {
  if (resource.type === 'instance' && resource.state === 'shutting-down') return
  const {tries = 0, reason: before, advice} = attempts.get(nameOf(resource)) ?? {}
  const {state, region} = resource
  if (!before) {
    log.info(`Removing ${nameOf(resource)}${state && ` (${state})`}${region === undefined ? '' : ` in ${region}`}`)
  }
  try {
    await remove(account, resource, limit)
    attempts.set(nameOf(resource), {resource, tries: state === 'pending' ? tries : tries + 1, reason: accepted})
  } catch (error) {
    // That the time is up says nothing of why it is still there.
    const said =
      limit.aborted && before
        ? {reason: before, advice}
        : {reason: `AWS refused to remove it: ${messageOf(error)}`, advice: adviceOn(error)}
    attempts.set(nameOf(resource), {resource, tries: passes(error, found) ? tries : tries + 1, ...said})
  }
}

/** An instance profile and its role have the same name. */
function nameOf({type, id}: Described): string {
  return `${type} ${id}`
}

const accepted = 'AWS accepted its removal, but it is still there'

/**
 * Whether AWS may accept later what it refuses now: something else has to go first, or it is busy.
 *
 * @param found what of the bake's may go first
 */
function passes(error: unknown, found: readonly Described[]): boolean {
  // Service exceptions of the SDK carry `$fault`; their classes' names do not survive a bundler.
  if (!(error instanceof Error && '$fault' in error)) return true
  // An image that cannot be seen (in the Recycle Bin, perhaps) may use it for ever.
  if (error.name === 'InvalidSnapshot.InUse') return found.some(({type}) => type === 'image')
  return (
    error.$fault === 'server' ||
    /InUse$|^DependencyViolation$|^Incorrect\w*State$|^InvalidAMIID\.Unavailable$|^(DeleteConflict|ConcurrentModification)|Throttl|LimitExceeded$/.test(
      error.name
    )
  )
}

function leftover(resource: Described, attempts: Map<string, Attempt>): Leftover {
  const {type, id, state, region} = resource
  const {reason, advice} = attempts.get(nameOf(resource)) ?? {}
  return {
    type,
    id,
    state,
    reason: reason || 'it waits for another resource to go',
    ...(advice === undefined ? {} : {advice}),
    ...(region === undefined ? {} : {region})
  }
}

/** Before the first look: everything that is recorded may still be there, and what is not recorded as well. */
function unknown(ledger: Records): Leftover[] {
  const reason = 'the time for the sweep was up before it could look'
  const recorded = ledger.resources.map((resource) => ({...resource, state: '', reason}))
  return recorded.length > 0 ? recorded : [{type: 'instance', id: '(unknown)', state: '', reason}]
}
