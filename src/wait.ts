import {setTimeout as sleep} from 'node:timers/promises'

export interface PollOptions {
  readonly signal: AbortSignal
  /** Milliseconds before the second look; each further pause is half as long again, up to `slowestMs`. */
  readonly firstMs?: number
  readonly slowestMs?: number
}

/**
 * Looks until there is something to return: at once, then after growing pauses.
 *
 * @param look returns undefined to be asked again; whatever it throws ends the polling
 * @throws the signal's reason once it is aborted
 */
export async function poll<T>(look: () => Promise<T | undefined>, options: PollOptions): Promise<T> {
  const {signal, firstMs = 500, slowestMs = 10_000} = options
  for (let pause = firstMs; ; pause = Math.min(pause * 1.5, slowestMs)) {
    signal.throwIfAborted()
    const found = await look()
    if (found !== undefined) return found
    await pauseFor(pause, signal)
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

export interface RetryOptions {
  /** Whether another attempt can end better. */
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
