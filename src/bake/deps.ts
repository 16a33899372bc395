import type {BakeState} from '../ledger/state.ts'
import type {Log} from '../lib/log.ts'

/** What a step of the action gives its run, whose result is a `Result`. */
export interface Deps<Result> {
  readonly log: Log
  readonly env: NodeJS.ProcessEnv
  /** A folder that lives as long as the job; the run makes one of its own in it. */
  readonly temporaryFolder: string
  /** Keeps what post needs; called before anything is made. */
  readonly saveState: (state: BakeState) => void
  /** Called when everything that must not stay has been removed, so that post has nothing to do. */
  readonly noteSwept: () => void
  /** Called before something is released, so that what stays is named even if this process is killed next. */
  readonly setOutputs: (result: Result) => void
}
