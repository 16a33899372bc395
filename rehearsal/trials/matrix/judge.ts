import type {Leftover} from '../../cloud/cloud.ts'
import type {Report} from '../report.ts'
import {pointOf, type Cell} from './cells.ts'

/** How a run may end. */
type Ending =
  /** Exit code 0 with an image that was verified and is kept. */
  | 'verified'
  /** Exit code 1 with a message that says what was attempted and what to change. */
  | 'failed'
  /** A sweep that is green. */
  | 'swept'
  /** Ended from outside, as the cell asks for. */
  | 'ended'
  /** The call never came, so that nothing is shown. */
  | 'not met'

export interface Verdict {
  readonly ending: Ending
  /** Why this is a wrong outcome; absent for a right one. */
  readonly wrong?: string
}

/** A run as far as it is judged. */
export interface Played {
  readonly report: Pick<Report, 'exitCode' | 'outputs' | 'leftovers'>
  /** The error annotations of main and of post. */
  readonly errors: {readonly main: readonly string[]; readonly post: readonly string[]}
  /** Whether the cell's call came. */
  readonly met: boolean
  /** What of others is gone or has been changed, one line each. */
  readonly touched: readonly string[]
  /** What is wrong with what others follow, one line each. */
  readonly broken?: readonly string[]
}

/** Decides by rule whether a run ended as it should. */
export function judge(
  cell: Exclude<Cell, {section: 'swept'}>,
  {report, errors, met, touched, broken = []}: Played
): Verdict {
  const {exitCode, outputs, leftovers} = report
  const kept = outputs['verdict'] === 'verified' && outputs['deregistered'] === 'false'
  const good = exitCode === 0 && kept
  const ending: Ending = !met ? 'not met' : good ? 'verified' : cell.section === 'faults' ? 'failed' : 'ended'
  const wrong = (why: string): Verdict => ({ending, wrong: why})
  if (touched.length > 0) return wrong(`touched: ${touched.join('; ')}`)
  if (leftovers.length > 0) return wrong(`left: ${listOf(leftovers)}`)
  if (broken.length > 0) return wrong(broken.join('; '))
  if (good) return {ending}
  if (exitCode === 0) return wrong(`exit code 0 with the verdict ${outputs['verdict'] ?? 'none'}`)
  if (errors.post.length > 0) return wrong(`post failed: ${errors.post.join(' ')}`)
  if (cell.section !== 'faults') return {ending}

  if (exitCode !== 1) return wrong(`exit code ${exitCode}`)
  const pointless = pointlessIn(errors.main.join('\n'), attempts(cell))
  return pointless === undefined ? {ending} : wrong(pointless)
}

export const listOf = (leftovers: readonly Leftover[]): string =>
  leftovers.map(({type, id}) => `${type} ${id}`).join(', ')

/**
 * What a message lacks for the person who reads it; undefined for one that will do.
 * @param attempted how it must name what was attempted
 */
export function pointlessIn(said: string, attempted: RegExp): string | undefined {
  if (said === '') return 'it failed without a message'
  if (/\n {4}at /.test(said)) return `it failed with a stack: ${said}`
  if (!attempted.test(said)) return `the message does not say what was attempted: ${said}`
  return advice.test(said) ? undefined : `the message does not say what to change: ${said}`
}

const phases =
  /^(Credentials|Plan|Preflight|Install Packer|Build|Smoke test|Promote|Copy|Hand over|Sweep)\b|^The bake would fail|^No machine could be launched|^Left in the account|could not be (shared|changed|given)|^No deprecation could be set|cannot be (read|changed)|^The copy \S+ in \S+ has failed/m

/** How a message must name what was attempted when the cell's call fails. */
function attempts(cell: Cell): RegExp {
  const {action, by} = pointOf(cell)
  if (by === 'packer') return /^The build failed|^Packer .*made no image|^No machine could be launched|'bake-timeout'/m
  switch (action) {
    case 'GetIdToken':
      return /GitHub gave no OIDC token/
    case 'AssumeRoleWithWebIdentity':
      return /^The role \S+ could not be assumed/m
    case 'GetCallerIdentity':
      return /^The AWS credentials could not be used/m
    default:
      return phases
  }
}

/** A sentence that tells the reader to do something. */
const advice =
  /(?:^|[.:;)] |\n)(Add|Allow|Ask|Bake|Change|Check|Choose|Correct|Enable|Free|Give|If|Look|Lower|Make|Others|Raise|Remove|Report|Run|Set|Take|Try|Use|Wait)\b/
