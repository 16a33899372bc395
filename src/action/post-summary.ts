import type {BakeState} from '../ledger/state.ts'
import {messageOf} from '../lib/errors.ts'
import type {CutOff} from '../sweep/post.ts'
import {failureSection} from './failure-section.ts'
import {code, idCode, text} from './markdown.ts'
import {listed, tableOf} from './summary-rows.ts'

/** The job summary of a run that did not finish, in Markdown: main, which was killed, has written none. */
export function cutOffSummary(state: BakeState, {kept, forALook}: CutOff): string {
  return [
    `## ⚪ Run cut off: nothing ${kept.length + forALook.length > 0 ? 'else ' : ''}is left`,
    '',
    'The step was ended before it finished. The post step has ended what still ran and removed what it had made.',
    '',
    ...tableOf([
      ['Kept, because it was released', listed(kept.map(code))],
      ['Kept for a look, until it expires', listed(forALook.map(code))],
      ...whereOf(state)
    ])
  ].join('\n')
}

/** The same where not everything could be removed, or it is not known. */
export function leftSummary(state: BakeState, error: unknown, env: NodeJS.ProcessEnv = process.env): string {
  return [
    '## ❌ Run cut off: something may be left in the account',
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
