import type {Outcome} from '../bake/outcome.ts'
import type {BakedImage} from '../packer/images.ts'
import {sourceOf} from '../bake/source-of.ts'
import type {Phase} from '../lib/log.ts'
import {messageOf} from '../lib/errors.ts'
import {tagKeys} from '../aws/tags.ts'
import {pluginPrefix} from '../plan/contents/contents.ts'
import {code, fenced, foldedAway, idCode, text} from './markdown.ts'

/** The job summary of a run that was not cut off, in Markdown. */
export function summaryOf(outcome: Outcome, phases: readonly Phase[]): string {
  const {images, others, failure, leftovers} = outcome
  const rows: [string, string | undefined][] = [
    [images.length > 1 ? 'Images' : 'Image', listed(images.map(imageRow))],
    ['Verified', outcome.skipped ? verifiedAt(outcome) : undefined],
    ['Baked because', listed((outcome.skipped ? [] : (outcome.comparison?.because ?? [])).map(inShort))],
    ['Compared', outcome.skipped ? comparedIn(outcome) : undefined],
    ['Not compared', listed((outcome.comparison?.unseen ?? []).map(inShort))],
    [
      'Kept',
      outcome.skipped
        ? undefined
        : images.length === 0
          ? undefined
          : outcome.deregistered
            ? 'no: deregistered, with its snapshots'
            : 'yes'
    ],
    ['Parameter', parameterRow(outcome)],
    ['Also made', listed(others.map(({target, id}) => `${code(target)} ${text(id)}`))],
    ['Jenkins', outcome.jenkinsVersion && code(outcome.jenkinsVersion)],
    ['Answer after', outcome.smokeSeconds?.toFixed(1).concat(' s, counted from the launch')],
    ['Why', outcome.reason && inShort(outcome.reason)],
    ['Error', failure === undefined ? undefined : inShort(messageOf(failure))],
    [images.length > 1 ? 'Source images' : 'Source image', sourceRow(outcome)],
    ['Region, account', `${code(outcome.region)} ${idCode(outcome.accountId)}`],
    ['Packer', outcome.packerVersion && code(outcome.packerVersion)],
    ['Left in the account', listed(leftovers.map(({type, id, reason}) => `${code(`${type} ${id}`)} ${text(reason)}`))]
  ]
  return [
    `## ${headline(outcome)}`,
    '',
    '| | |',
    '|---|---|',
    ...rows.flatMap(([name, value]) => (value ? [`| ${name} | ${value} |`] : [])),
    '',
    ...[outcome.reason, failure === undefined ? undefined : messageOf(failure)].flatMap((message) =>
      message === undefined || message === firstLineOf(message) ? [] : [fenced(message), '']
    ),
    phases.map(({name, seconds}) => `${text(name)} ${seconds.toFixed(1)} s`).join(' · '),
    '',
    ...(outcome.evidence === undefined ? [] : [foldedAway('The console of the machine', fenced(outcome.evidence))])
  ].join('\n')
}

/** The summary of a run that ended before anything was made: its inputs, its credentials or its plan were at fault. */
export function earlyEndSummary(error: unknown): string {
  const message = messageOf(error)
  return [
    '## ❌ Nothing was made',
    '',
    '| | |',
    '|---|---|',
    `| Error | ${inShort(message)} |`,
    '',
    ...(message === firstLineOf(message) ? [] : [fenced(message), ''])
  ].join('\n')
}

function imageRow({id, name, source, copies}: BakedImage, _: number, all: readonly BakedImage[]): string {
  const from = all.length > 1 ? ` from ${code(source)}` : ''
  const also = copies.map((copy) => `, ${code(copy.region)} ${code(copy.id)}`).join('')
  return `${code(id)} ${code(name)}${from}${also}`
}

function sourceRow({plan, images}: Outcome): string {
  const sources = images.length > 0 ? images.map((image) => sourceOf(plan, image)) : [sourceOf(plan, undefined)]
  const rows = sources.flatMap((source) =>
    source ? [`${code(source.id)} ${source.name && code(source.name)}`.trim()] : []
  )
  return listed([...new Set(rows)])
}

function parameterRow({parameter}: Outcome): string | undefined {
  if (!parameter) return undefined
  const {name, now, previous} = parameter
  return `${code(name)} names ${code(now)}${previous === undefined ? '' : `, before: ${code(previous)}`}`
}

/** A cell's lines. Bounded, because the runner drops a summary beyond 1 MiB whole. */
function listed(rows: readonly string[]): string {
  const more = rows.length - mostRows
  return [...rows.slice(0, mostRows), ...(more > 0 ? [`and ${more} more, which the log names`] : [])].join('<br>')
}

const mostRows = 20

function verifiedAt({comparison}: Outcome): string {
  return text(comparison?.last?.tags[tagKeys.verified] ?? '')
}

/** The names of what was compared; all plugins are one. */
function comparedIn({plan}: Outcome): string {
  const names = Object.keys(plan.comparable?.contents ?? {})
  const plugins = names.filter((name) => name.startsWith(pluginPrefix)).length
  const others = names.filter((name) => !name.startsWith(pluginPrefix))
  return text([...others, ...(plugins > 0 ? [`${plugins} plugins`] : [])].join(', '))
}

function headline({verdict, failure, leftovers, images, skipped}: Outcome): string {
  if (skipped) return '✅ Nothing changed: the image is used again'
  if (leftovers.length > 0) return '❌ Something is left in the account'
  if (verdict === 'rejected') return '❌ Image rejected'
  if (failure !== undefined) return '❌ Bake failed'
  if (verdict === 'verified') return '✅ Image verified'
  return images.length === 0 ? '⚪ No image made' : '⚪ Image baked, not tested'
}

/** In characters of what is shown. A cell of the table is read at a glance; the whole message stands below the table. */
const mostInShort = 120

function firstLineOf(message: string): string {
  const [line = ''] = message.split('\n', 1)
  return line.length > mostInShort ? `${line.slice(0, mostInShort)}…` : line
}

function inShort(message: string): string {
  return text(firstLineOf(message))
}
