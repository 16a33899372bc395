import type {Account} from '../aws/account.ts'
import {instancesBy, volumesBy, type Reader, type Resource} from '../aws/resources.ts'
import type {Ledger, Records} from '../ledger/ledger.ts'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {pauseFor, poll, timeLimit} from '../lib/wait.ts'
import {remove} from './remove.ts'
import {evidenceOf, Sight} from './search.ts'

/** What the smoke tests of this process launched, and made for nothing else. */
export interface SmokeMachines {
  /** Ids of instances. */
  readonly instances: readonly string[]
  readonly groups: readonly Resource[]
}

/** AWS rarely takes longer to end a machine; the sweep, which waits longer, follows. */
const limitMs = 2 * 60_000
/** AWS shows a machine that is to end as shutting down within a second. */
const heedMs = 10_000
const firstMs = 300
const slowestMs = 2_000

/**
 * Ends the machines of finished smoke tests and removes their security groups, without a look at everything each time that it
 * asks whether a machine has ended. The sweep that follows looks once, and removes what this could not.
 */
export async function takeDown(
  account: Account,
  {instances, groups}: SmokeMachines,
  {bakeId, ledger, log}: {readonly bakeId: string; readonly ledger: Ledger; readonly log: Log}
): Promise<void> {
  if (instances.length === 0) return
  const limit = timeLimit(limitMs)
  const reader = {client: account.ec2, abortSignal: limit}
  const removeAll = (resources: readonly Resource[]): Promise<unknown> =>
    Promise.all(
      resources.map((one) => {
        log.info(`Removing ${one.type} ${one.id}`)
        return remove(account, one, limit)
      })
    )
  try {
    await recordVolumes(account, instances, {bakeId, ledger, abortSignal: limit})
    await removeAll(instances.map((id) => ({type: 'instance', id})))
    await pauseFor(firstMs, limit)
    const heeded = timeLimit(heedMs)
    await poll(() => haveEnded(reader, instances, heeded), {signal: limit, firstMs, slowestMs})
    await removeAll(groups)
    groups.forEach((group) => ledger.removed(group))
  } catch (error) {
    log.info(`The smoke test’s machine or group is not removed yet, and the sweep tries again: ${messageOf(error)}`)
  }
}

/**
 * Once a machine is gone, nothing tells which volumes were attached to it, nor which snapshots were made of them. Only the
 * bake's own are recorded: somebody else's may be attached, too.
 */
async function recordVolumes(
  account: Account,
  instances: readonly string[],
  {bakeId, ledger, abortSignal}: {readonly bakeId: string; readonly ledger: Records; readonly abortSignal: AbortSignal}
): Promise<void> {
  const sight = new Sight(evidenceOf({bakeId, records: ledger, announced: ledger.announced}, account.region))
  const reader = {client: account.ec2, abortSignal}
  sight.add(await volumesBy(reader, [{Name: 'attachment.instance-id', Values: [...instances]}]))
  sight.proved.own.forEach(({type, id}) => ledger.made(type, id))
}

/**
 * @param heeded aborted when each of them must at least be shutting down
 * @returns undefined while one of them has not ended. AWS no longer names one that ended long ago.
 */
async function haveEnded(reader: Reader, instances: readonly string[], heeded: AbortSignal): Promise<true | undefined> {
  const seen = await instancesBy(reader, [{Name: 'instance-id', Values: [...instances]}])
  const running = seen.find(({state}) => state !== 'shutting-down' && state !== 'terminated')
  if (heeded.aborted && running) throw new Error(`${running.id} is still ${running.state}`)
  return seen.every(({state}) => state === 'terminated') || undefined
}
