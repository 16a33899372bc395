import type {Ledger} from '../../src/ledger/ledger.ts'

/** Has the ledger hear what Packer says in a run of its own. @param output lines of its machine-readable output */
export function packerSays(ledger: Ledger, output: string): void {
  const {announcements} = ledger.nextPackerRun()
  output.split('\n').forEach((line) => announcements.hear(line))
}
