import {code, idCode, text} from './markdown.ts'
import {tagKeys} from '../aws/tags.ts'
import type {AccountReport} from '../sweep/account.ts'

/** A summary of more than 1 MiB is dropped whole. */
const mostRows = 200
const longestReason = 300

/** The job summary of a sweep, in Markdown. */
export function sweepSummary(
  {swept, unseen, kept}: Omit<AccountReport, 'advice'>,
  region: string,
  accountId: string
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
  return [
    `## ${headline({swept, unseen})}`,
    '',
    `${code(region)} ${idCode(accountId)}`,
    '',
    ...table(['Resource', 'Bake', 'Outcome', 'Why'], rows),
    ...(stays.length > 0 ? [`<details><summary>Resources that stay (${stays.length})</summary>`, ''] : []),
    ...table(['Resource', 'Bake', 'Why it stays'], stays),
    ...(stays.length > 0 ? ['</details>', ''] : [])
  ].join('\n')
}

function headline({swept, unseen}: Pick<AccountReport, 'swept' | 'unseen'>): string {
  const count = (outcome: string): number => swept.filter((one) => one.outcome === outcome).length
  if (unseen.length > 0 || count('left') > 0) return `❌ ${count('left')} expired resources are left`
  if (count('would be removed') > 0) return `⚪ ${count('would be removed')} resources would be removed`
  return count('removed') > 0 ? `✅ ${count('removed')} expired resources removed` : '✅ Nothing has expired'
}

const why = (reason: string): string => text(reason.slice(0, longestReason))

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const more = rows.length > mostRows ? [`| … and ${rows.length - mostRows} more |`] : []
  return [line(head), line(head.map(() => '---')), ...rows.slice(0, mostRows).map(line), ...more, '']
}
