import {failureSection} from './failure-section.ts'
import {code, idCode, text} from './markdown.ts'
import {tagKeys} from '../aws/tags.ts'
import type {RetirementReport} from '../retire/retire.ts'
import type {AccountReport} from '../sweep/account.ts'

/** A summary of more than 1 MiB is dropped whole. */
const mostRows = 200
const longestReason = 300

interface Swept extends Omit<AccountReport, 'advice'>, RetirementReport {
  /** Why images could not be retired. */
  readonly problem: string | undefined
}

/** The job summary of a sweep, in Markdown. */
export function sweepSummary(
  {swept, unseen, kept, retired, staying, problem}: Swept,
  region: string,
  accountId: string,
  env: NodeJS.ProcessEnv = process.env
): string {
  const rows = [
    ...swept.map(({type, id, bake, outcome, reason}) => [
      code(`${type} ${id}`),
      idCode(bake),
      text(outcome),
      why(reason)
    ]),
    ...unseen.map(({type, id, reason}) => [code(`${type} ${id}`), '', 'unknown', why(reason)])
  ]
  const stays = kept.map(({resource: {type, id, tags}, why: whyKept}) => [
    code(`${type} ${id}`),
    idCode(tags[tagKeys.bake] ?? ''),
    why(whyKept)
  ])
  const retiredRows = retired.map(({image: {id, name}, outcome, reason}) => [
    `${code(id)} ${code(name)}`,
    text(outcome),
    why(reason)
  ])
  const stayingRows = staying.map(({image: {id, name}, why: whyKept}) => [`${code(id)} ${code(name)}`, why(whyKept)])
  return [
    `## ${headline({swept, unseen, retired, problem})}`,
    '',
    `${code(region)} ${idCode(accountId)}`,
    '',
    ...(problem === undefined ? [] : failureSection(problem, env)),
    ...table(['Resource', 'Bake', 'Outcome', 'Why'], rows),
    ...table(['Image', 'Outcome', 'Why'], retiredRows),
    ...folded('Images that stay', table(['Image', 'Why it stays'], stayingRows), staying.length),
    ...folded('Resources that stay', table(['Resource', 'Bake', 'Why it stays'], stays), stays.length)
  ].join('\n')
}

function folded(title: string, lines: readonly string[], count: number): string[] {
  return count === 0 ? [] : [`<details><summary>${title} (${count})</summary>`, '', ...lines, '</details>', '']
}

function headline({swept, unseen, retired, problem}: Pick<Swept, 'swept' | 'unseen' | 'retired' | 'problem'>): string {
  const outcomes = [...swept, ...retired].map(({outcome}) => outcome)
  const count = (outcome: (typeof outcomes)[number]): number => outcomes.filter((one) => one === outcome).length
  const listed = (...parts: readonly [number, string][]): string =>
    parts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : [])).join(', ')
  if (problem !== undefined) return '❌ No image, or not all, could be retired'
  if (unseen.length > 0 || count('left') > 0) return `❌ ${count('left')} resources are left`
  const foretold = listed(
    [count('would be removed'), 'resources would be removed'],
    [count('would be retired'), 'images would be retired']
  )
  if (foretold !== '') return `⚪ ${foretold}`
  const done = listed([count('removed'), 'expired resources removed'], [count('retired'), 'images retired'])
  return done === '' ? '✅ Nothing has expired' : `✅ ${done}`
}

const why = (reason: string): string => text(reason.slice(0, longestReason))

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const more = rows.length > mostRows ? [`| … and ${rows.length - mostRows} more |`] : []
  return [line(head), line(head.map(() => '---')), ...rows.slice(0, mostRows).map(line), ...more, '']
}
