import type {Cell} from './cells.ts'
import type {Swept} from './account-sweep.ts'
import {listOf, pointlessIn, type Verdict} from './judge.ts'

/** A disturbed sweep and the undisturbed one after it. */
export interface PlayedSweep {
  readonly disturbed: Swept
  readonly next: Swept
  /** Whether the trial's call came. */
  readonly met: boolean
  readonly touched: readonly string[]
}

/**
 * Decides whether a sweep bore what befell it: it is green and nothing is left, or red and says what is left and what to change.
 * Whatever it was, the next one finishes the work.
 */
export function judgeSweep(
  {trial}: Pick<Extract<Cell, {section: 'swept'}>, 'trial'>,
  {disturbed, next, met, touched}: PlayedSweep
): Verdict {
  const {exitCode, leftovers, errors} = disturbed
  const killed = met && !('kind' in trial)
  const ending = !met ? 'not met' : killed ? 'ended' : exitCode === 0 ? 'swept' : 'failed'
  const wrong = (why: string): Verdict => ({ending, wrong: why})
  if (touched.length > 0) return wrong(`touched: ${touched.join('; ')}`)
  if (next.leftovers.length > 0) return wrong(`left after the next sweep: ${listOf(next.leftovers)}`)
  if (next.exitCode !== 0) return wrong(`the next sweep failed: ${next.errors.join('\n')}`)
  if (killed) return exitCode === 137 ? {ending} : wrong(`exit code ${exitCode}`)
  if (exitCode === 0) return leftovers.length === 0 ? {ending} : wrong(`exit code 0, and left: ${listOf(leftovers)}`)
  if (exitCode !== 1) return wrong(`exit code ${exitCode}`)

  const said = errors.join('\n')
  const silentOn = leftovers.filter(({type, id}) => !said.includes(id) && !said.includes(`${type} (unknown)`))
  if (silentOn.length > 0 && !noAccess.test(said))
    return wrong(`the message does not name ${listOf(silentOn)}: ${said}`)
  const pointless = pointlessIn(
    said,
    new RegExp(`${noAccess.source}|^Left in the account|^It is not known whether`, 'm')
  )
  return pointless === undefined ? {ending} : wrong(pointless)
}

/** Nothing could be looked for: nothing is known to be left. */
const noAccess = /GitHub gave no OIDC token|^The role \S+ could not be assumed|^The AWS credentials could not be used/m
