import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Packer} from '../packers/packer.ts'
import {rehearse, type RehearseOptions} from '../rehearse.ts'
import type {Report} from '../report.ts'
import type {LogLine} from '../runner/log.ts'
import {pointOf, spellCell, type Cell} from './cells.ts'
import {sweepAfterwards} from './janitor.ts'
import {judge, type Verdict} from './judge.ts'

/** What one run of the matrix came to. */
export interface Result extends Verdict {
  readonly section: Cell['section']
  readonly cell: string
  readonly exitCode: number
  readonly seconds: number
  readonly leftovers: number
  /** What the action said went wrong. */
  readonly message: string
}

/** A run in which nothing goes wrong: its calls are the rows of the matrix. */
export async function playUndisturbed(packer: Packer): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'faults-'))
  try {
    const report = await rehearse({packer, folder})
    if (report.exitCode !== 0) throw new Error('The run in which nothing goes wrong has failed: npm run rehearse')
    return report
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** Plays one cell on light machines, in a cloud of its own. */
export async function play(cell: Cell, packer: Packer): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'faults-'))
  const errors = {main: [] as string[], post: [] as string[]}
  let errorIn: LogLine['stage'] | undefined
  let swept: Pick<Report, 'leftovers'> = {leftovers: []}
  try {
    const report = await rehearse({
      ...optionsFor(cell),
      packer,
      folder,
      onLine({kind, stage, text}) {
        // A message of several lines is an error on the first of them only.
        errorIn = kind === 'error' || (kind === 'text' && errorIn === stage) ? stage : undefined
        if (errorIn) errors[stage].push(text)
      },
      async afterwards(local, done) {
        swept = done
        if (cell.section !== 'lost') return
        const janitor = await sweepAfterwards(local, folder)
        swept = janitor
        if (janitor.exitCode !== 0) errors.post.push(`the janitor ended with exit code ${janitor.exitCode}`)
      }
    })
    const {action, by, nth} = pointOf(cell)
    const times = report.calls.filter((call) => call.action === action && call.by === by).length
    const {leftovers} = swept
    return {
      section: cell.section,
      cell: spellCell(cell),
      ...judge(cell, {report: {...report, leftovers}, errors, met: times >= nth}),
      exitCode: report.exitCode,
      seconds: report.seconds,
      leftovers: leftovers.length,
      message: [...errors.main, ...errors.post].join('\n')
    }
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

function optionsFor(cell: Cell): RehearseOptions {
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
