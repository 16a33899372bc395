import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {LocalCloud} from '../local-cloud.ts'
import type {Packer} from '../../host/packers/packer.ts'
import {rehearse} from '../rehearse.ts'
import type {RehearseOptions} from '../rehearse-options.ts'
import type {Report} from '../report.ts'
import {severalBuilders, snapshotVariable} from '../templates/several-builders.ts'
import {placeBystanders, type Bystanders} from './bystanders.ts'
import {pointOf, spellCell, type Cell} from './cells.ts'
import {createErrorLines} from './error-lines.ts'
import {createClock, sweepAfterwards, type Clock} from './account-sweep.ts'
import {judge} from './judge.ts'
import type {Result} from './result.ts'

export type BakeCell = Exclude<Cell, {section: 'swept'}>

/** What is baked: the shipped template, or one of the user's own with several builders (several-builders.ts). */
export type TemplateName = 'shipped' | 'several'

export const templateNames: readonly TemplateName[] = ['shipped', 'several']

/** A run in which nothing goes wrong: its calls are the rows of the matrix. */
export async function playUndisturbed(packer: Packer, template: TemplateName = 'shipped'): Promise<Report> {
  const {report} = await playAmongBystanders({packer, template}, async () => {})
  if (report.exitCode !== 0) throw new Error('The run in which nothing goes wrong has failed: npm run rehearse')
  return report
}

/**
 * Plays one cell on light machines, in a cloud of its own.
 * @param action a folder with action.yml; default this project's
 */
export async function play(
  cell: BakeCell,
  packer: Packer,
  {action: actionFolder, template = 'shipped'}: {readonly action?: string; readonly template?: TemplateName} = {}
): Promise<Result> {
  const errors = createErrorLines()
  const clock = createClock()
  const options = {
    ...optionsFor(cell),
    ...(actionFolder !== undefined ? {action: actionFolder} : {}),
    packer,
    template,
    clock,
    onLine: errors.onLine
  }
  const {report, bystanders, touched, after} = await playAmongBystanders(options, async (local, folder) => {
    if (cell.section !== 'lost') return undefined
    await clock.expire(local.cloud)
    return sweepAfterwards(local, folder)
  })
  const {leftovers} = after ?? report
  const post = after && after.exitCode !== 0 ? [`the sweep action ended with exit code ${after.exitCode}`] : errors.post
  const {action, by, nth} = pointOf(cell)
  const times = report.calls.filter((call) => call.action === action && call.by === by).length
  return {
    section: cell.section,
    cell: spellCell(cell),
    ...judge(cell, {
      report: {...report, leftovers},
      errors: {main: errors.main, post},
      met: times >= nth,
      touched
    }),
    exitCode: report.exitCode,
    seconds: report.seconds,
    leftovers: leftovers.length,
    bystanders: bystanders.counts,
    touched: touched.length,
    message: [...errors.main, ...post].join('\n')
  }
}

interface PlayOptions extends Omit<RehearseOptions, 'folder' | 'onCloud' | 'afterwards' | 'now'> {
  readonly template?: TemplateName
  readonly clock?: Clock
}

interface Performance<T> {
  readonly report: Report
  readonly bystanders: Bystanders
  /** After all of it. */
  readonly touched: readonly string[]
  readonly after: T
}

/**
 * Rehearses in an account full of look-alikes.
 * @param afterwards what happens in the same cloud when the action has ended
 */
export async function playAmongBystanders<T>(
  {template = 'shipped', clock = createClock(), ...options}: PlayOptions,
  afterwards: (local: LocalCloud, folder: string) => Promise<T>
): Promise<Performance<T>> {
  // The snapshot that it maps in is known once the account is full.
  const inputs: Record<string, string> = {
    ...(template === 'several' ? {template: severalBuilders()} : {}),
    ...options.inputs
  }
  const folder = await mkdtemp(join(tmpdir(), 'faults-'))
  let bystanders: Bystanders | undefined
  let rest: Pick<Performance<T>, 'touched' | 'after'> | undefined
  try {
    const report = await rehearse({
      ...options,
      inputs,
      now: clock.now,
      folder,
      async onCloud({cloud}) {
        const placed = await clock.before(() => placeBystanders(cloud, clock.now))
        bystanders = placed
        if (template === 'several') inputs['vars'] = `${snapshotVariable}=${placed.snapshotId}`
      },
      onLine(line) {
        bystanders?.onLine(line)
        options.onLine?.(line)
      },
      async afterwards(local) {
        const after = await afterwards(local, folder)
        rest = {after, touched: (await bystanders?.touched()) ?? []}
      }
    })
    if (!bystanders || !rest) throw new Error('the rehearsal did not come to its end')
    return {report, bystanders, ...rest}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

function optionsFor(cell: BakeCell): RehearseOptions {
  switch (cell.section) {
    case 'faults':
      return {faults: [cell.fault], inputs: inputsFor(cell)}
    case 'killed':
      return {killAt: spellCell(cell)}
    case 'cancelled':
      return {cancelAt: spellCell(cell)}
    case 'lost':
      return {loseAt: spellCell(cell)}
  }
}

function inputsFor({fault: {at, kind}}: Cell & {section: 'faults'}): Record<string, string> {
  // Packer waits without end for an answer: only the bake's own limit ends it.
  if (kind === 'silent' && at.by === 'packer') return {'bake-timeout': '20s'}
  return kind === 'no-capacity' ? {'instance-types': 't3.medium,m7i.large'} : {}
}
