import type {Log} from '../../../src/lib/log.ts'

const nothing = (): void => {}

/** A log that nobody reads. */
export const silentLog: Log = {
  info: nothing,
  warning: nothing,
  error: nothing,
  mask: nothing,
  quote: nothing,
  phase: (_, work) => work(),
  phases: [],
  current: () => ({})
}
