import type {Outcome} from '../bake/outcome.ts'
import type {Observation} from '../bake/test-images.ts'
import type {BakedImage} from '../packer/images.ts'
import {sourceOf} from '../bake/source-of.ts'
import type {Phase} from '../lib/log.ts'
import {messageOf} from '../lib/errors.ts'
import {tagKeys} from '../aws/tags.ts'
import {pluginPrefix} from '../plan/contents/contents.ts'
import {code, fenced, foldedAway, idCode, text} from './markdown.ts'
import {
  earlySummary,
  headAndTable,
  helpRow,
  inShort,
  launchTemplateRow,
  leftRow,
  listed,
  parameterRow,
  wholeIfCut,
  type Row
} from './summary-rows.ts'

/** The job summary of a run that was not cut off, in Markdown. */
export function summaryOf(outcome: Outcome, phases: readonly Phase[], env: NodeJS.ProcessEnv = process.env): string {
  const {images, others, failure, leftovers} = outcome
  const rows: Row[] = [
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
            : outcome.keptUntil
              ? `for a look, until ${outcome.keptUntil.toISOString()}`
              : 'yes'
    ],
    ['Parameter', parameterRow(outcome)],
    ['Launch template', launchTemplateRow(outcome)],
    ['Also made', listed(others.map(({target, id}) => `${code(target)} ${text(id)}`))],
    ['Jenkins', outcome.jenkinsVersion && code(outcome.jenkinsVersion)],
    ['Answer after', outcome.smokeSeconds?.toFixed(1).concat(' s, counted from the launch')],
    ['Jenkins was', listed((outcome.observations ?? []).map(historyRow))],
    ['Why', outcome.reason && inShort(outcome.reason)],
    ['Error', failure === undefined ? undefined : inShort(messageOf(failure))],
    ['What to do', helpRow([outcome.reason, failure === undefined ? undefined : messageOf(failure)], env)],
    [images.length > 1 ? 'Source images' : 'Source image', sourceRow(outcome)],
    ['Region, account', `${code(outcome.region)} ${idCode(outcome.accountId)}`],
    ['Packer', outcome.packerVersion && code(outcome.packerVersion)],
    ['Left in the account', leftRow(leftovers)]
  ]
  return [
    ...headAndTable(headline(outcome), rows),
    ...wholeIfCut(outcome.reason),
    ...wholeIfCut(failure === undefined ? undefined : messageOf(failure)),
    phases.map(({name, seconds}) => `${text(name)} ${seconds.toFixed(1)} s`).join(' · '),
    '',
    ...(outcome.evidence === undefined ? [] : [foldedAway('The console of the machine', fenced(outcome.evidence))])
  ].join('\n')
}

/** The summary of a run that ended before anything was made: its inputs, its credentials or its plan were at fault. */
export function earlyEndSummary(error: unknown, env: NodeJS.ProcessEnv = process.env): string {
  return earlySummary('❌ Nothing was made', error, env)
}

function imageRow({id, name, source, copies}: BakedImage, _: number, all: readonly BakedImage[]): string {
  const from = all.length > 1 ? ` from ${code(source)}` : ''
  const also = copies.map((copy) => `, ${code(copy.region)} ${code(copy.id)}`).join('')
  return `${code(id)} ${code(name)}${from}${also}`
}

/** `booting from 2 s on, starting from 14 s on, ready from 35 s on`. */
function historyRow({source, history}: Observation, _: number, all: readonly Observation[]): string {
  const states = history.map(({state, seconds}) => `${state} from ${Math.round(seconds)} s on`).join(', ')
  return all.length > 1 ? `${code(source)}: ${states}` : states
}

function sourceRow({plan, images}: Outcome): string {
  const sources = images.length > 0 ? images.map((image) => sourceOf(plan, image)) : [sourceOf(plan, undefined)]
  const rows = sources.flatMap((source) =>
    source ? [`${code(source.id)} ${source.name && code(source.name)}`.trim()] : []
  )
  return listed([...new Set(rows)])
}

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
  if (skipped && failure === undefined) return '✅ Nothing changed: the image is used again'
  if (leftovers.length > 0) return '❌ Something is left in the account'
  if (verdict === 'rejected') return '❌ Image rejected'
  if (failure !== undefined) return '❌ Bake failed'
  if (verdict === 'verified') return '✅ Image verified'
  return images.length === 0 ? '⚪ No image made' : '⚪ Image baked, not tested'
}
