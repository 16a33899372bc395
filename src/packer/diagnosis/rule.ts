import type {Advice} from '../../lib/advice.ts'
import type {Pattern} from '../../lib/pattern.ts'
import type {Failure} from './failure.ts'

/** Facts about the template and its values; the rest is read from Packer's output. */
export interface BuildFacts {
  /** The template that comes with the action. */
  readonly shipped: boolean
  /** The template puts the bake's tags on its resources at creation. */
  readonly tagged: boolean
  /** Those that Packer's session may work in, the bake's first; absent where nothing limits it. */
  readonly regions?: readonly string[]
  readonly sshUsername: string
  /** Absolute path of the user's own script, which the shipped template runs. */
  readonly setupScript?: string
}

/** A known cause of a failed build. */
export interface Rule extends Advice {
  /** Found in a single line, or in one error as a whole; in a time that grows with its length and not faster. */
  readonly pattern: Pattern
  /** A line of a shipped script, which counts anywhere in the output; other tools' lines count only near the end. */
  readonly anywhere?: boolean
  /**
   * The wording for a script that runs on this runner (shell-local), where it differs. Absent for a rule about the build's
   * machine, which does not fit such a script.
   */
  readonly onRunner?: Partial<Pick<Advice, 'cause' | 'change'>>
  /** A further condition, if the pattern is not enough. */
  readonly applies?: (failure: Failure) => boolean
  /** Details of this run, to add to the cause. */
  readonly detail?: (failure: Failure, facts: BuildFacts) => string | undefined
}
