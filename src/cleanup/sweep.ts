import {EC2ServiceException, type EC2Client} from '@aws-sdk/client-ec2'
import {pauseFor} from '../wait.ts'
import {messageOf} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import {findResources, type Found, type Leftover} from './find.ts'
import type {Ledger, ResourceType} from './ledger.ts'
import {remove} from './remove.ts'

export interface SweepOptions {
  readonly ec2: EC2Client
  readonly bakeId: string
  readonly ledger: Ledger
  readonly log: Log
  /** Ends the sweep; what is left then is returned. */
  readonly limit: AbortSignal
  /** How long something whose id was never learned may take to show up, in milliseconds. */
  readonly settleMs?: number
}

/**
 * After so many removals that AWS accepted or refused for good (about 25 seconds), asking again is useless. What it
 * refuses for the time being is asked for until the time for the sweep is up.
 */
const mostAttempts = 8

/**
 * Removes everything that this bake made and that was not released, and looks again until nothing is left.
 * The end of a normal run, of a failed one, of a cancelled one (by post) is this one function.
 *
 * Each round removes what can be removed now; what depends on something else (a group on its instance, a snapshot on
 * its image) fails with an error that AWS documents for it, and is tried again in the next round.
 *
 * @returns what is left; empty when all is clean
 */
export async function sweep(options: SweepOptions): Promise<Leftover[]> {
  const {ec2, bakeId, log, ledger, limit, settleMs = 5_000} = options
  const traces = {bakeId, ledger, announced: ledger.announced}
  const attempts = new Map<string, Attempt>()
  const isHopeless = ({id}: Found): boolean => (attempts.get(id)?.tries ?? 0) >= mostAttempts
  let settled = !ledger.hasOpenIntents
  let blindLooks = 0
  let left = unknown(ledger)
  for (let pause = 300; ; pause = Math.min(pause * 2, 8_000)) {
    if (limit.aborted) return left
    const {found, unseen} = await findResources(ec2, traces, limit)
    if (limit.aborted) return left
    // Recorded, so that each is looked for by its id even when what led to it (its instance, its image) is gone.
    found.filter(({id}) => !attempts.has(id)).forEach(({type, id}) => ledger.made(type, id))
    found.forEach((resource) =>
      attempts.set(resource.id, {tries: 0, reason: '', ...attempts.get(resource.id), resource})
    )
    if (found.length === 0 && unseen.length === 0) {
      if (settled) return []
      log.info('Nothing is left. Looking once more, because something that was being made may still show up.')
      settled = true
      await pauseFor(settleMs, limit).catch(() => undefined)
      continue
    }
    const removable = due(found)
    await Promise.all(removable.map((resource) => attempt(options, resource, attempts)))
    left = [...found.map((resource) => leftover(resource, attempts)), ...unseen]
    if (blindLooks === 0) {
      unseen.forEach(({type, reason}) => log.warning(`Something of the type ${type} may be left: ${reason}`))
    }
    blindLooks = unseen.length > 0 ? blindLooks + 1 : 0
    if (removable.every(isHopeless) && (unseen.length === 0 || blindLooks >= mostAttempts)) return left
    await pauseFor(pause, limit).catch(() => undefined)
  }
}

interface Attempt {
  readonly resource: Found
  readonly tries: number
  readonly reason: string
}

/**
 * What can be removed now. While an instance or an image is there, what belongs to it waits: a volume that goes with
 * its instance need not be deleted, and the group stays until its instance is gone, for its absence is what makes a
 * launch that is still under way fail.
 */
function due(found: readonly Found[]): Found[] {
  const has = (type: ResourceType): boolean => found.some((resource) => resource.type === type)
  const waits: Partial<Record<ResourceType, boolean>> = {
    volume: has('instance'),
    'security-group': has('instance'),
    snapshot: has('image')
  }
  return found.filter(({type}) => !waits[type])
}

async function attempt(
  {ec2, log, limit}: SweepOptions,
  resource: Found,
  attempts: Map<string, Attempt>
): Promise<void> {
  if (resource.type === 'instance' && resource.state === 'shutting-down') return
  const tries = attempts.get(resource.id)?.tries ?? 0
  if (!attempts.get(resource.id)?.reason) {
    log.info(`Removing ${resource.type} ${resource.id}${resource.state && ` (${resource.state})`}`)
  }
  try {
    await remove(ec2, resource, limit)
    attempts.set(resource.id, {resource, tries: resource.state === 'pending' ? tries : tries + 1, reason: accepted})
  } catch (error) {
    const reason = `AWS refused to remove it: ${messageOf(error)}`
    attempts.set(resource.id, {resource, tries: passes(error) ? tries : tries + 1, reason})
  }
}

const accepted = 'AWS accepted its removal, but it is still there'

/** Whether AWS may accept later what it refuses now: something else has to go first, or it is busy. */
function passes(error: unknown): boolean {
  if (!(error instanceof EC2ServiceException)) return true
  return (
    error.$fault === 'server' ||
    /InUse$|^DependencyViolation$|^Incorrect\w*State$|^InvalidAMIID\.Unavailable$|Throttl|LimitExceeded$/.test(
      error.name
    )
  )
}

function leftover(resource: Found, attempts: Map<string, Attempt>): Leftover {
  return {...resource, reason: attempts.get(resource.id)?.reason || 'it waits for another resource to go'}
}

/** Before the first look: everything that is recorded may still be there, and what is not recorded as well. */
function unknown(ledger: Ledger): Leftover[] {
  const reason = 'the time for the sweep was up before it could look'
  const recorded = ledger.resources.map((resource) => ({...resource, state: '', reason}))
  return recorded.length > 0 ? recorded : [{type: 'instance', id: '(unknown)', state: '', reason}]
}
