import {describe} from '@jest/globals'
import {whyNot} from '../../../../rehearsal/machines/nspawn/driver.ts'

const reason = await whyNot()
const group = reason === undefined ? describe : describe.skip

/** Milliseconds: what a machine does in seconds takes longer on a host with other things to do. */
export const minutes = 60_000

/** Declares tests of real machines; where this host cannot run them, the reason stands in the name of what is skipped. */
export function onRealMachines(title: string, declare: () => void): void {
  group(`${title}${reason === undefined ? '' : ` (not run: ${reason})`}`, declare)
}
