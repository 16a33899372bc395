import type {Advice} from '../../lib/advice.ts'
import type {Pattern} from '../../lib/pattern.ts'
import type {Failure} from './failure.ts'

/** What the bake knows of the template and gave it; the rest is read from Packer's output. */
export interface BuildFacts {
  /** The template that comes with the action. */
  readonly shipped: boolean
  /** The template puts our tags on what it makes, at the moment that it makes it. */
  readonly tagged: boolean
  readonly sshUsername: string
  /** Absolute path of the user's own script, which the shipped template runs. */
  readonly setupScript?: string
}

/** A known cause of a failed build. */
export interface Rule extends Advice {
  /** Found in a single line, or in one error as a whole; in a time that grows with its length and not faster. */
  readonly pattern: Pattern
  /** A line of a script of ours, which means what it says wherever it stands; other tools' lines count only near the end. */
  readonly anywhere?: boolean
  /** Where the text alone does not tell. */
  readonly applies?: (failure: Failure) => boolean
  /** What this run adds to the cause. */
  readonly detail?: (failure: Failure, facts: BuildFacts) => string | undefined
}
