import type {CallLog} from '../calls.ts'
import type {CloudOptions} from '../cloud.ts'
import {createFaults, type Faults} from './faults.ts'

/** What befalls the calls that arrive, and who is told of them. */
export interface Interference {
  readonly calls: CallLog
  readonly onArrival: NonNullable<CloudOptions['onArrival']>
  readonly onAnswered: NonNullable<CloudOptions['onAnswered']>
  readonly faults: Faults
}

/** Faults count their calls from here on. */
export function interfere(
  calls: CallLog,
  {onArrival = () => {}, onAnswered = () => {}, faults = []}: Pick<CloudOptions, 'onArrival' | 'onAnswered' | 'faults'>
): Interference {
  return {calls, onArrival, onAnswered, faults: createFaults(faults)}
}
