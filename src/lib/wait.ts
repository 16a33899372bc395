import {setTimeout as sleep} from 'node:timers/promises'

export interface PollOptions {
  readonly signal: AbortSignal
  /** At most as many milliseconds before the second look; each further pause is half as long again, up to `slowestMs`. */
  readonly firstMs?: number
  readonly slowestMs?: number
}

/**
 * Calls `look` until it returns something: at once, then after growing pauses. They differ by chance, because regular looks
 * can keep time with what they look at, such as a server that starts over and over, and never see one of its states.
 *
 * @param look returns undefined to be called again; an error ends the polling
 * @throws the signal's reason once it is aborted
 */
export async function poll<T>(look: () => Promise<T | undefined>, options: PollOptions): Promise<T> {
  const {signal, firstMs = 500, slowestMs = 10_000} = options
  for (let pause = firstMs; ; pause = Math.min(pause * 1.5, slowestMs)) {
    signal.throwIfAborted()
    const found = await look()
    if (found !== undefined) return found
    await pauseFor(pause * (0.7 + 0.3 * Math.random()), signal)
  }
}

/** Waits for `ms` milliseconds. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>

/** @throws the signal's own reason once it is aborted, not the timer's AbortError */
export const pauseFor: Pause = async (ms, signal) => {
  try {
    await sleep(ms, undefined, {signal})
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

/**
 * A signal that aborts with the first of others, with its reason.
 *
 * Use it instead of AbortSignal.any(), which holds its sources weakly: garbage collection may remove a source that
 * nothing else holds, and its abort is lost (nodejs/node#57736, #65995).
 */
export function anyOf(...others: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  follow(controller, others)
  return controller.signal
}

/**
 * A signal that aborts when the time is up, or with any of the others.
 *
 * @param expired makes the reason when the time is up
 */
export function timeLimit(
  ms: number,
  others: readonly AbortSignal[] = [],
  expired: () => Error = () => new DOMException('The time is up', 'TimeoutError')
): AbortSignal {
  const controller = new AbortController()
  const {signal} = controller
  const timer = setTimeout(() => controller.abort(expired()), ms).unref()
  signal.addEventListener('abort', () => clearTimeout(timer), {once: true})
  follow(controller, others)
  return signal
}

function follow(controller: AbortController, others: readonly AbortSignal[]): void {
  const {signal} = controller
  for (const other of others) {
    if (other.aborted) controller.abort(other.reason)
    other.addEventListener('abort', () => controller.abort(other.reason), {once: true, signal})
  }
}

/**
 * Waits for work that may never end, but not longer than the signal allows. A later result is dropped.
 *
 * @throws the signal's reason once it is aborted
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, {once: true})
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}

export interface RetryOptions {
  /** Whether another attempt can succeed. */
  readonly isTransient: (error: unknown) => boolean
  readonly pause: Pause
  readonly signal: AbortSignal
}

const pausesMs = [500, 1_500, 4_000]

/** Runs `attempt` until it succeeds, fails for good, or has failed four times within six seconds of pauses. */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (const ms of pausesMs) {
    try {
      return await attempt()
    } catch (error) {
      if (options.signal.aborted || !options.isTransient(error)) throw error
    }
    await options.pause(ms, options.signal)
  }
  return attempt()
}
