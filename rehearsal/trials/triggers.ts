import {counterOf, parseCallPoint, spellCallPoint, type Moment} from '../cloud/call-point.ts'
import type {Call} from '../cloud/calls.ts'

/** Something that is to happen to a run at a call. */
export interface Trigger {
  /** Aborted at that call. */
  readonly signal: AbortSignal
  readonly onArrival: (call: Call) => void
  readonly onAnswered: (call: Call) => void
  /** `RunInstances#2` while it has not come. */
  readonly pending: () => string | undefined
}

/**
 * @param at `CALL`, `CALL#N`, `packer:CALL#N`, and `:after` behind it for the moment when its answer has been sent; undefined for never
 * @throws Error for a call that the local cloud cannot get
 */
export function triggerAt(at: string | undefined): Trigger {
  const controller = new AbortController()
  if (at === undefined) {
    return {signal: controller.signal, onArrival() {}, onAnswered() {}, pending: () => undefined}
  }
  const [, text = at, moment = 'before'] = /^(.*):(before|after)$/.exec(at) ?? []
  const point = parseCallPoint(text)
  const count = counterOf(point)
  let awaited: Call | undefined
  const reached = (call: Call | undefined, now: Moment): void => {
    if (call !== undefined && call === awaited && now === moment) controller.abort()
  }
  return {
    signal: controller.signal,
    onArrival(call) {
      if (count(call) === point.nth) awaited = call
      reached(call, 'before')
    },
    onAnswered: (call) => reached(call, 'after'),
    pending: () => (controller.signal.aborted ? undefined : spellCallPoint(point))
  }
}
