import type {BakeState} from '../ledger/state.ts'
import {messageOf} from '../lib/errors.ts'
import type {CutOff} from '../sweep/post.ts'
import {failureSection} from './failure-section.ts'
import {code, idCode, text} from './markdown.ts'
import {listed, tableOf} from './summary-rows.ts'

/**
 * The job summary of what post did, in Markdown: for a run that did not finish, whose main was killed and has written none,
 * and for one that has reported what it could not remove.
 *
 * @param ended whether main came to its end
 */
export function cleanedUpSummary(state: BakeState, {kept, forALook}: CutOff, ended: boolean): string {
  const nothing = `nothing ${kept.length + forALook.length > 0 ? 'else ' : ''}is left`
  return [
    ended ? `## ⚪ Cleaned up: ${nothing}` : `## ⚪ Run cut off: ${nothing}`,
    '',
    ended
      ? 'The post step has removed what the run itself could not remove.'
      : 'The step was ended before it finished. The post step has ended what still ran and removed what it had made.',
    '',
    ...tableOf([
      ['Kept, because it was released', listed(kept.map(code))],
      ['Kept for a look, until it expires', listed(forALook.map(code))],
      ...whereOf(state)
    ])
  ].join('\n')
}

/** The same where not everything could be removed, or it is not known. */
export function leftSummary(
  state: BakeState,
  error: unknown,
  ended: boolean,
  env: NodeJS.ProcessEnv = process.env
): string {
  return [
    `## ❌ ${ended ? 'Not cleaned up' : 'Run cut off'}: something may be left in the account`,
    '',
    ...failureSection(messageOf(error), env),
    ...tableOf(whereOf(state))
  ].join('\n')
}

function whereOf({bakeId, region}: BakeState): [string, string][] {
  return [
    ['Region', text(region)],
    ['Run', `${idCode(bakeId)}, in the tag <code>bake-jenkins-ami:bake</code>`]
  ]
}
