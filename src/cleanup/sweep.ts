import type {EC2Client} from '@aws-sdk/client-ec2'
import {pauseFor} from '../wait.ts'
import {messageOf} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import {findResources, type Found} from './find.ts'
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

/** Something that could not be removed, and why. */
export interface Leftover extends Found {
  readonly reason: string
}

/** After so many accepted removals that changed nothing, asking again is useless: AWS answers within seconds. */
const mostAttempts = 6

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
  const {log, ledger, limit, settleMs = 5_000} = options
  const attempts = new Map<string, Attempt>()
  let settled = !ledger.hasOpenIntents
  let failedLooks = 0
  for (let pause = 300; ; pause = Math.min(pause * 2, 8_000)) {
    try {
      limit.throwIfAborted()
      const found = await findResources(options.ec2, options.bakeId, ledger)
      failedLooks = 0
      // Recorded, so that each is looked for by its id even when what led to it (its instance, its image) is gone.
      found.filter(({id}) => !attempts.has(id)).forEach(({type, id}) => ledger.made(type, id))
      found.forEach((resource) =>
        attempts.set(resource.id, {tries: 0, reason: '', ...attempts.get(resource.id), resource})
      )
      if (found.length === 0 && settled) return []
      if (found.length === 0) {
        log.info('Nothing is left. Looking once more, because an answer to a call that makes something never came.')
        settled = true
        await pauseFor(settleMs, limit)
        continue
      }
      const removable = due(found)
      await Promise.all(removable.map((resource) => attempt(options, resource, attempts)))
      if (removable.every(({id}) => (attempts.get(id)?.tries ?? 0) >= mostAttempts)) {
        return found.map((resource) => leftover(resource, attempts))
      }
      await pauseFor(pause, limit)
    } catch (error) {
      failedLooks += 1
      const reason = limit.aborted ? 'the time for the sweep was up' : `it could not be looked for: ${messageOf(error)}`
      if (limit.aborted || failedLooks >= mostAttempts) return perhapsLeft(attempts, ledger, reason)
      log.warning(`The sweep could not look for what is left and tries again: ${messageOf(error)}`)
      await pauseFor(pause, limit).catch(() => undefined)
    }
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

async function attempt({ec2, log}: SweepOptions, resource: Found, attempts: Map<string, Attempt>): Promise<void> {
  if (resource.type === 'instance' && resource.state === 'shutting-down') return
  const tries = attempts.get(resource.id)?.tries ?? 0
  if (tries === 0) log.info(`Removing ${resource.type} ${resource.id}${resource.state && ` (${resource.state})`}`)
  let reason = 'AWS accepted its removal, but it is still there'
  try {
    await remove(ec2, resource)
  } catch (error) {
    reason = `AWS refused to remove it: ${messageOf(error)}`
  }
  attempts.set(resource.id, {resource, tries: tries + 1, reason})
}

function leftover(resource: Found, attempts: Map<string, Attempt>): Leftover {
  return {...resource, reason: attempts.get(resource.id)?.reason || 'it waits for another resource to go'}
}

/** Without a last look: everything that was seen or recorded may still be there. */
function perhapsLeft(attempts: Map<string, Attempt>, ledger: Ledger, reason: string): Leftover[] {
  const seen = [...attempts.values()].map((record) => ({...record.resource, reason: record.reason || reason}))
  const recorded = ledger.resources.filter(({id}) => !attempts.has(id))
  return [...seen, ...recorded.map((resource) => ({...resource, state: '', reason}))]
}
