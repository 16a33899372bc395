import type {AwsCredentialIdentity} from '@smithy/types'
import {messageOf} from '../report/errors.ts'
import type {Log} from '../report/log.ts'

/** Obtains new keys each time it is called. The SDK's credential providers are such sources too. */
export type KeySource = (signal: AbortSignal) => Promise<AwsCredentialIdentity>

/** Keys that are renewed well before they expire. */
export interface FreshKeys {
  /** The best keys there are: never rejects while the ones it holds are still valid. */
  current(): Promise<AwsCredentialIdentity>
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
const betweenFailuresMs = 30_000
const renewalMs = 60_000

/**
 * Holds keys from `source`, masked as soon as they exist. A renewal starts at the first demand when less than ten
 * minutes (or a third of their lifetime) are left, and only the last minute waits for it. Both SDKs of Packer ask when
 * five minutes are left, and give up, and leak what they made, when they are refused even one answer.
 */
export function keepFresh(source: KeySource, {log, owner, now = Date.now}: FreshOptions): FreshKeys {
  const closing = new AbortController()
  let held: AwsCredentialIdentity | undefined
  let heldSince = 0
  let renewal: Promise<AwsCredentialIdentity> | undefined
  let failedAt = -Infinity

  const leftOf = (keys: AwsCredentialIdentity) => (keys.expiration?.getTime() ?? Infinity) - now()

  async function obtain(): Promise<AwsCredentialIdentity> {
    try {
      const keys = await source(AbortSignal.any([closing.signal, AbortSignal.timeout(renewalMs)]))
      ;[keys.accessKeyId, keys.secretAccessKey, keys.sessionToken].forEach((secret) => secret && log.mask(secret))
      held = keys
      heldSince = now()
      return keys
    } catch (error) {
      failedAt = now()
      if (held && !closing.signal.aborted) {
        const until = held.expiration?.toISOString() ?? 'further notice'
        log.warning(
          `The AWS keys ${owner} could not be renewed; the ones in use stay valid until ${until}. ${messageOf(error)}`
        )
      }
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
    if (left > waitBeforeMs) {
      // Its failure has been logged, and the next demand tries again.
      if (now() - failedAt > betweenFailuresMs) renew().catch(() => {})
      return keys
    }
    try {
      return await renew()
    } catch (error) {
      if (leftOf(keys) > 0) return keys
      throw error
    }
  }

  return {current, close: () => closing.abort(new Error('the session was closed'))}
}
