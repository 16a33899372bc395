import {isAt, parseCallPoint} from './call-point.ts'
import type {Call} from './cloud/cloud.ts'

/** Something that is to happen to a run when a call arrives. */
export interface Trigger {
  /** Aborted at that call. */
  readonly signal: AbortSignal
  readonly onArrival: (call: Call) => void
  /** `RunInstances #2` while it has not arrived. */
  readonly pending: () => string | undefined
}

/**
 * @param at `CALL` or `CALL#N`; undefined for never
 * @throws Error for a call that the local cloud cannot get
 */
export function triggerAt(at: string | undefined): Trigger {
  const point = at === undefined ? undefined : parseCallPoint(at)
  const controller = new AbortController()
  return {
    signal: controller.signal,
    onArrival(call) {
      if (point && isAt(call, point)) controller.abort()
    },
    pending: () => (point && !controller.signal.aborted ? `${point.action} #${point.nth}` : undefined)
  }
}
