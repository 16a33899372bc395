import type {Section} from './cells.ts'
import type {Verdict} from './judge.ts'

/** What one run of the matrix came to. */
export interface Result extends Verdict {
  readonly section: Section
  /** Of `swept`, what befalls the sweep action. */
  readonly cell: string
  /** Of `swept`, where the bake was lost. */
  readonly lostAt?: string
  readonly exitCode: number
  /** Of `swept`, the disturbed sweep's alone. */
  readonly seconds: number
  readonly leftovers: number
  /** How many things of others stood beside the run, of each kind. */
  readonly bystanders: Readonly<Record<string, number>>
  /** How many of them are gone or have been changed. */
  readonly touched: number
  /** What the action said went wrong. */
  readonly message: string
}
