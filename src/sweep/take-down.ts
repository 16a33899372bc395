import type {Account} from '../aws/account.ts'
import {instancesBy, type Resource} from '../aws/resources.ts'
import type {Ledger} from '../ledger/ledger.ts'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {pauseFor, poll, timeLimit} from '../lib/wait.ts'
import {remove} from './remove.ts'

/** AWS rarely takes longer to end a machine; the sweep, which waits longer, follows. */
const limitMs = 2 * 60_000
const firstMs = 300
const slowestMs = 2_000

/**
 * Ends the machines of finished smoke tests and removes their security groups, and looks at nothing else meanwhile: a look
 * at everything takes some twenty calls. The sweep that follows looks once, and removes what this could not.
 *
 * @param machines launched by this process
 * @param groups made by this process, for these machines alone
 */
export async function takeDown(
  account: Account,
  {machines, groups}: {readonly machines: readonly string[]; readonly groups: readonly Resource[]},
  {ledger, log}: {readonly ledger: Pick<Ledger, 'removed'>; readonly log: Log}
): Promise<void> {
  if (machines.length === 0) return
  const limit = timeLimit(limitMs)
  const removeAll = (resources: readonly Resource[]): Promise<unknown> =>
    Promise.all(
      resources.map((one) => {
        log.info(`Removing ${one.type} ${one.id}`)
        return remove(account, one, limit)
      })
    )
  try {
    await removeAll(machines.map((id) => ({type: 'instance', id})))
    await pauseFor(firstMs, limit)
    await poll(() => haveEnded(account, machines, limit), {signal: limit, firstMs, slowestMs})
    await removeAll(groups)
    groups.forEach((group) => ledger.removed(group))
  } catch (error) {
    log.info(`The sweep removes the rest of the smoke test: ${messageOf(error)}`)
  }
}

/** @returns undefined while one of them has not ended, or AWS does not name it */
async function haveEnded(
  {ec2: client}: Account,
  ids: readonly string[],
  abortSignal: AbortSignal
): Promise<true | undefined> {
  const seen = await instancesBy({client, abortSignal}, [{Name: 'instance-id', Values: [...ids]}])
  const ended = new Set(seen.flatMap(({id, state}) => (state === 'terminated' ? [id] : [])))
  return ids.every((id) => ended.has(id)) || undefined
}
