import {setTimeout as sleep} from 'node:timers/promises'
import type {AwsCredentialIdentity} from '@smithy/types'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {timeLimit, untilAborted} from '../lib/wait.ts'

/** Obtains new keys each time it is called. The SDK's credential providers are such sources too. */
export type KeySource = (signal: AbortSignal) => Promise<AwsCredentialIdentity>

/** Keys that are renewed well before they expire. */
export interface FreshKeys {
  /**
   * The best keys there are: never rejects while the ones it holds are still valid. `expiration` is right by the
   * runner's clock at this moment.
   */
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
  /** The runner's clock, in milliseconds; it may be wrong, and set right at any moment. */
  readonly now?: () => number
  /** Milliseconds since some moment; nobody sets it, but it may stop while the machine sleeps. */
  readonly elapsed?: () => number
}

interface Held {
  readonly keys: AwsCredentialIdentity
  /** By `elapsed`. */
  readonly since: number
  /** In milliseconds, when they came. */
  readonly lifetime: number
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
 *
 * How long keys are valid is counted from the moment when they came, by a clock that nobody sets. By the runner's clock
 * they are only renewed early: a machine that has slept does not count.
 */
export function keepFresh(
  source: KeySource,
  {log, owner, now = Date.now, elapsed = () => performance.now()}: FreshOptions
): FreshKeys {
  const closing = new AbortController()
  let held: Held | undefined
  let renewal: Promise<Held> | undefined
  let failedAt = -Infinity
  let failure: unknown

  const leftOf = ({since, lifetime}: Held) => lifetime - (elapsed() - since)
  const leftByClock = ({keys}: Held) => (keys.expiration?.getTime() ?? Infinity) - now()

  /** The SDKs compare the expiration with the runner's clock, which may have been set since the keys came. */
  const served = (one: Held): AwsCredentialIdentity =>
    one.lifetime === Infinity ? one.keys : {...one.keys, expiration: new Date(now() + leftOf(one))}

  async function obtain(): Promise<Held> {
    try {
      const limit = timeLimit(renewalMs, [closing.signal])
      // Not every provider of the SDK listens to a signal: a credential_process may hang.
      const keys = await untilAborted(source(limit), limit)
      ;[keys.accessKeyId, keys.secretAccessKey, keys.sessionToken].forEach((secret) => secret && log.mask(secret))
      const lifetime = (keys.expiration?.getTime() ?? Infinity) - now()
      held = {keys, since: elapsed(), lifetime}
      failure = undefined
      return held
    } catch (error) {
      failedAt = elapsed()
      // Logged once; the attempts go on.
      if (held && failure === undefined && !closing.signal.aborted) {
        const until = served(held).expiration?.toISOString() ?? 'further notice'
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

  async function best(): Promise<Held> {
    const one = held
    if (!one) return renew()
    const {lifetime} = one
    const left = leftOf(one)
    if (left <= 0) return renew()
    const soonest = Math.min(left, leftByClock(one))
    if (soonest > Math.min(renewBeforeMs, lifetime / 3)) return one
    if (elapsed() - failedAt <= Math.min(betweenFailuresMs, lifetime / 20)) return one
    // A failure has been logged, and a later demand tries again.
    const renewed = renew().catch(() => one)
    if (soonest > waitBeforeMs) return one
    return Promise.race([renewed, sleep(Math.min(patienceMs, left / 2), one, {ref: false})])
  }

  return {
    current: async () => served(await best()),
    get failure() {
      return failure
    },
    close: () => closing.abort(new Error('the session was closed'))
  }
}
