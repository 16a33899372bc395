import {setTimeout as sleep} from 'node:timers/promises'
import type {AwsCredentialIdentity} from '@smithy/types'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {timeLimit, untilAborted} from '../lib/wait.ts'

/** Obtains new keys each time it is called. The SDK's credential providers are such sources too. */
export type KeySource = (signal: AbortSignal) => Promise<AwsCredentialIdentity>

/** Keys that are renewed well before they expire. */
export interface FreshKeys {
  /** The best keys there are: never rejects while the ones it holds are still valid. */
  current(): Promise<AwsCredentialIdentity>
  /** Why the last renewal failed; undefined once one has succeeded. */
  readonly failure: unknown
  /** Gives up a renewal that is under way. */
  close(): void
}

export interface FreshOptions {
  readonly log: Pick<Log, 'warning' | 'mask'>
  /** Whose keys they are, for the warning about a failed renewal: `of Packer`. */
  readonly owner: string
  readonly now?: () => number
}

const renewBeforeMs = 10 * 60_000
const waitBeforeMs = 60_000
const patienceMs = 3_000
const betweenFailuresMs = 30_000
const renewalMs = 60_000

/**
 * Holds keys from `source`, masked as soon as they exist. A renewal starts at the first demand when less than ten
 * minutes (or a third of their lifetime) are left, and only the last minute waits for it, for some seconds. Both SDKs
 * of Packer ask when five minutes are left; a single refusal makes them give up and leak resources.
 */
export function keepFresh(source: KeySource, {log, owner, now = Date.now}: FreshOptions): FreshKeys {
  const closing = new AbortController()
  let held: AwsCredentialIdentity | undefined
  let heldSince = 0
  let renewal: Promise<AwsCredentialIdentity> | undefined
  let failedAt = -Infinity
  let failure: unknown

  const leftOf = (keys: AwsCredentialIdentity) => (keys.expiration?.getTime() ?? Infinity) - now()

  async function obtain(): Promise<AwsCredentialIdentity> {
    try {
      const limit = timeLimit(renewalMs, [closing.signal])
      // Not every provider of the SDK listens to a signal: a credential_process may hang.
      const keys = await untilAborted(source(limit), limit)
      ;[keys.accessKeyId, keys.secretAccessKey, keys.sessionToken].forEach((secret) => secret && log.mask(secret))
      held = keys
      heldSince = now()
      failure = undefined
      return keys
    } catch (error) {
      failedAt = now()
      // Logged once; the attempts go on.
      if (held && failure === undefined && !closing.signal.aborted) {
        const until = held.expiration?.toISOString() ?? 'further notice'
        log.warning(
          `The AWS keys ${owner} could not be renewed; the ones in use stay valid until ${until}. ${messageOf(error)}`
        )
      }
      failure = error
      throw error
    } finally {
      renewal = undefined
    }
  }

  const renew = () => (renewal ??= obtain())

  async function current(): Promise<AwsCredentialIdentity> {
    const keys = held
    if (!keys) return renew()
    const left = leftOf(keys)
    const lifetime = left + now() - heldSince
    if (left > Math.min(renewBeforeMs, lifetime / 3)) return keys
    if (left <= 0) return renew()
    if (now() - failedAt <= Math.min(betweenFailuresMs, lifetime / 20)) return keys
    // A failure has been logged, and a later demand tries again.
    const renewed = renew().catch(() => keys)
    if (left > waitBeforeMs) return keys
    return Promise.race([renewed, sleep(Math.min(patienceMs, left / 2), keys, {ref: false})])
  }

  return {
    current,
    get failure() {
      return failure
    },
    close: () => closing.abort(new Error('the session was closed'))
  }
}
