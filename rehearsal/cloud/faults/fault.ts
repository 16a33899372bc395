import {parseCallPoint, spellCallPoint, type CallPoint} from '../call-point.ts'
import {faultKinds, kindsFor, type FaultKind} from './kinds.ts'

/** One deliberate fault of the cloud. */
export interface Fault {
  /** The first call that it befalls. */
  readonly at: CallPoint
  readonly kind: FaultKind
  /**
   * How many calls in a row, counted as `at` counts them; Infinity for all from there on. For `not-found`, how many calls do not
   * know what the call made; for `no-capacity`, how many instance types there is no capacity for, ever. Default 1.
   */
  readonly times?: number
}

/**
 * Reads `RunInstances=throttled`, `packer:CreateImage#1=throttled*4` (four times in a row) or `GetIdToken#2=unavailable*` (from there on).
 * @throws Error that says what is expected
 */
export function parseFault(text: string): Fault {
  const [, point = '', name = '', repeated, times] = /^([^=]+)=([a-z-]+)(\*(\d{1,3})?)?$/.exec(text) ?? []
  if (point === '') throw new Error(`${JSON.stringify(text)} is no fault: expected CALL#N=KIND or CALL#N=KIND*TIMES`)
  const at = parseCallPoint(point)
  const kinds = kindsFor(at.action)
  const kind = faultKinds.find((known) => known === name)
  if (kind === undefined || !kinds.includes(kind)) {
    throw new Error(
      `${JSON.stringify(name)} cannot befall ${at.action}; expected one of: ${kinds.join(', ') || 'none'}`
    )
  }
  const often = repeated === undefined ? {} : {times: times === undefined ? Infinity : Number(times)}
  return {at, kind, ...often}
}

/** As {@link parseFault} reads it. */
export function spellFault({at, kind, times = 1}: Fault): string {
  return `${spellCallPoint(at)}=${kind}${times === 1 ? '' : times === Infinity ? '*' : `*${times}`}`
}
