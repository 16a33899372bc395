import {setTimeout as sleep} from 'node:timers/promises'
import {messageOf, UserError} from '../lib/errors.ts'
import type {FreshKeys} from './fresh.ts'

/** The time that a cleanup may need: for ending Packer, and for waiting until an instance has ended. */
const reserveMs = 5 * 60_000
const betweenLooksMs = 30_000

/**
 * Asks for the keys now and then, so that they are renewed in good time also while nobody calls AWS (a long provisioning, with the
 * role's trust withdrawn meanwhile).
 *
 * @returns aborted with a UserError once less than five minutes (or a quarter of their lifetime) are left of keys that could not
 *   be renewed; never for keys that do not expire
 */
export function signalOfLoss(keys: FreshKeys, now: () => number = Date.now): AbortSignal {
  const lost = new AbortController()
  void watch(keys, now, lost)
  return lost.signal
}

async function watch(keys: FreshKeys, now: () => number, lost: AbortController): Promise<void> {
  let known = ''
  let lifetime = 0
  for (;;) {
    const {accessKeyId, expiration} = await keys.current().catch((): {accessKeyId: string; expiration?: Date} => ({
      accessKeyId: known,
      expiration: new Date(0)
    }))
    if (!expiration) return
    const left = expiration.getTime() - now()
    if (accessKeyId !== known) [known, lifetime] = [accessKeyId, left]
    if (left <= Math.min(reserveMs, lifetime / 4) && keys.failure !== undefined) {
      return lost.abort(
        new UserError(
          `The AWS keys of this run could not be renewed and are about to expire: the bake ends while they can still remove what it made. ${messageOf(keys.failure)}`
        )
      )
    }
    // The timer must not keep this process from ending.
    await sleep(Math.max(100, Math.min(betweenLooksMs, lifetime / 20)), undefined, {ref: false})
  }
}
