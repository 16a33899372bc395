import type {Outcome} from '../bake/outcome.ts'
import type {Leftover} from '../sweep/leftovers.ts'
import {imagePage} from './console-pages.ts'
import {code, text} from './markdown.ts'

/** A row of a summary's table: what it is about, and the cell. Without a cell it is left out. */
export type Row = readonly [string, string | undefined]

/** A table without a head, in lines of Markdown. */
export function tableOf(rows: readonly Row[]): string[] {
  const lines = rows.flatMap(([name, value]) => (value ? [`| ${name} | ${value} |`] : []))
  return lines.length === 0 ? [] : ['| | |', '|---|---|', ...lines, '']
}

/** An image's id, as a link to its page in the console where there is one. */
export function imageLink(image: {readonly region: string; readonly id: string}, env: NodeJS.ProcessEnv): string {
  const page = imagePage(image, env)
  return page === undefined ? code(image.id) : `[${code(image.id)}](${page})`
}

export function parameterRow({parameter}: Pick<Outcome, 'parameter'>): string | undefined {
  if (!parameter) return undefined
  const {name, now, previous} = parameter
  return `${code(name)} names ${code(now)}${previous === undefined ? '' : `, before: ${code(previous)}`}`
}

export function launchTemplateRow({launchTemplate}: Pick<Outcome, 'launchTemplate'>): string | undefined {
  if (!launchTemplate) return undefined
  const {template, version, previous} = launchTemplate
  return `version ${version} of ${code(template)}${previous === undefined ? '' : `, before: ${code(previous)}`}`
}

export function leftRow(leftovers: readonly Leftover[]): string {
  return listed(leftovers.map(({type, id, reason}) => `${code(`${type} ${id}`)} ${text(reason)}`))
}

/** A cell's lines. Bounded, because the runner drops a summary beyond 1 MiB whole. */
export function listed(rows: readonly string[]): string {
  const more = rows.length - mostRows
  return [...rows.slice(0, mostRows), ...(more > 0 ? [`and ${more} more, which the log names`] : [])].join('<br>')
}

const mostRows = 20

/** In characters of what is shown. A cell of the table is read at a glance; the whole message stands below the table. */
const mostInShort = 120

function firstLineOf(message: string): string {
  const [line = ''] = message.split('\n', 1)
  return line.length > mostInShort ? `${line.slice(0, mostInShort)}…` : line
}

export function inShort(message: string): string {
  return text(firstLineOf(message))
}
