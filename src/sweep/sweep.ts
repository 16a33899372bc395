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
  /** Ends the sweep; the leftovers are returned then. */
  readonly limit: AbortSignal
  /** How long a resource whose id was never learned may take to show up, in milliseconds. */
  readonly settleMs?: number
  readonly pause?: Pause | undefined
  /** Called with everything that each look has shown. */
  readonly onLook?: (findings: Findings) => void
}

/**
 * After so many attempts that AWS accepted or refused permanently (about 25 seconds), trying again is useless.
 * Temporary refusals are tried again until the sweep's time is up.
 */
const mostAttempts = 8

/**
 * Removes everything that this bake made and that was not released, and looks again until nothing is left.
 * The end of a normal run, of a failed one, of a cancelled one (by post), and the sweep of an account after a runner was lost, are this one
 * function.
 *
 * Each round removes every resource that can be removed now. One that another depends on (a group of an instance, a
 * snapshot of an image) fails with an error that AWS documents for it, and is tried again in the next round.
 *
 * @returns the leftovers; empty when all is clean
 */
export async function sweep(options: SweepOptions): Promise<Leftover[]> {
  const {log, ledger, limit, settleMs = 5_000, pause: wait = pauseFor} = options
  // Each request that is under way listens to it.
  setMaxListeners(0, limit)
  const rounds = new Rounds(options)
  let isSettled = !ledger.hasOpenIntents
  for (let pause = 300; !limit.aborted; pause = Math.min(pause * 2, 8_000)) {
    const state = await rounds.next()
    if (state === 'hopeless' || (state === 'clean' && isSettled)) break
    if (state === 'clean') {
      log.info('Nothing is left. Looking once more, because a resource that was being made may still show up.')
      isSettled = true
    }
    await wait(state === 'clean' ? settleMs : pause, limit).catch(() => undefined)
  }
  return rounds.left
}

/** The rounds of one sweep: each looks for everything, and removes every resource that can be removed now. */
class Rounds {
  left: Leftover[]
  readonly #options: SweepOptions
  readonly #untag: ReturnType<typeof untagging>
  readonly #attempts = new Map<string, Attempt>()
  readonly #recorded = new Set<string>()
  /** The number of consecutive looks that could not see everything. */
  #blindLooks = 0

  constructor(options: SweepOptions) {
    this.#options = options
    this.#untag = untagging(options)
    this.left = unknown(options.ledger)
  }

  /** @returns `hopeless` when another round could not remove more */
  async next(): Promise<'clean' | 'hopeless' | 'unfinished'> {
    const {account, ledger, limit, onLook} = this.#options
    const traces = {...this.#options, records: ledger, announced: ledger.announced}
    const findings = await findResources(account, traces, limit)
    if (limit.aborted) return 'unfinished'
    onLook?.(findings)
    const {found, inUse, strangers, unseen, doubts} = findings
    await this.#untag(strangers)
    // Resources in use are recorded, too, so that each is looked for by its id even when the resource that led to it is
    // gone.
    this.#record([...found, ...inUse.map(({resource}) => resource)])
    const stuck = [...inUse.flatMap(leftInUse), ...doubts]
    if (found.length === 0 && unseen.length === 0) {
      this.left = stuck
      return 'clean'
    }
    const removable = removableNow(found)
    await Promise.all(removable.map((resource) => attempt(this.#options, resource, this.#attempts, found)))
    this.left = [...found.map((resource) => leftover(resource, this.#attempts)), ...unseen, ...stuck]
    this.#noteUnseen(unseen)
    return this.#isHopeless(removable, unseen) ? 'hopeless' : 'unfinished'
  }

  #record(resources: readonly Described[]): void {
    for (const resource of resources) {
      const {type, id, region} = resource
      if (!this.#recorded.has(nameOf(resource))) this.#options.ledger.made(type, id, undefined, region)
      this.#recorded.add(nameOf(resource))
    }
  }

  #noteUnseen(unseen: readonly Leftover[]): void {
    if (this.#blindLooks === 0) {
      unseen.forEach(({type, reason}) =>
        this.#options.log.warning(`A resource of the type ${type} may be left: ${reason}`)
      )
    }
    this.#blindLooks = unseen.length > 0 ? this.#blindLooks + 1 : 0
  }

  #isHopeless(removable: readonly Described[], unseen: readonly Leftover[]): boolean {
    const isBlind = this.#blindLooks >= mostAttempts
    const cannotGo = (resource: Described): boolean =>
      (this.#attempts.get(nameOf(resource))?.tries ?? 0) >= mostAttempts ||
      // The resource that it waits for may exist forever: it cannot be seen.
      (isBlind && unseen.some(({type}) => type === waitsFor[resource.type]))
    return removable.every(cannotGo) && (unseen.length === 0 || isBlind)
  }
}

interface Attempt {
  readonly tries: number
  readonly reason: string
  readonly advice?: string | undefined
}

/** @returns nothing for resources that the bake's own released image uses */
function leftInUse({resource: {type, id, state, region}, by, byKept}: Use): Leftover[] {
  if (byKept) return []
  const reason = `it is in use by the ${by.type} ${by.id}, which is not this bake's`
  return [{type, id, state, reason, advice: useAdvice, usedBy: by, ...(region !== undefined ? {region} : {})}]
}

const useAdvice =
  'Remove first what uses it, and then this; or keep both, and remove its tags that begin with bake-jenkins-ami.'

/** The types that must be gone first. A volume that is deleted with its instance need not be deleted. */
const waitsFor: Partial<Record<ResourceType, ResourceType>> = {
  volume: 'instance',
  // The group's absence is what makes a launch that is still under way fail.
  'security-group': 'instance',
  snapshot: 'image',
  'instance-profile': 'instance',
  role: 'instance-profile'
}

/** The resources that can be removed now. */
function removableNow(found: readonly Described[]): Described[] {
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
    attempts.set(nameOf(resource), {tries: state === 'pending' ? tries : tries + 1, reason: accepted})
  } catch (error) {
    // A timeout hides the real reason: keep the previous one.
    const said =
      limit.aborted && before
        ? {reason: before, advice}
        : {reason: `AWS refused to remove it: ${messageOf(error)}`, advice: adviceOn(error)}
    attempts.set(nameOf(resource), {tries: mayPass(error, found) ? tries : tries + 1, ...said})
  }
}

/** An instance profile and its role have the same name. */
function nameOf({type, id}: Described): string {
  return `${type} ${id}`
}

const accepted = 'AWS accepted its removal, but it is still there'

/**
 * Whether AWS may later accept a removal that it refuses now: another resource must be removed first, or AWS is busy.
 *
 * @param found the bake's resources that may be removed first
 */
function mayPass(error: unknown, found: readonly Described[]): boolean {
  // Service exceptions of the SDK carry `$fault`; their classes' names do not survive a bundler.
  if (!(error instanceof Error && '$fault' in error)) return true
  // An image that cannot be seen (in the Recycle Bin, perhaps) may use it forever.
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
    reason: reason || 'another resource must be removed before it',
    ...(advice !== undefined ? {advice} : {}),
    ...(region !== undefined ? {region} : {})
  }
}

/** Before the first look: everything that is recorded may still exist, and unrecorded resources as well. */
function unknown(ledger: Records): Leftover[] {
  const reason = 'the sweep ran out of time before it could look'
  const recorded = ledger.resources.map((resource) => ({...resource, state: '', reason}))
  return recorded.length > 0 ? recorded : [{type: 'instance', id: '(unknown)', state: '', reason}]
}
