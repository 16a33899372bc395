import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {Command, InvalidArgumentError, Option} from 'commander'
import {messageOf} from '../../src/lib/errors.ts'
import {
  cellsOf,
  losses,
  pointOf,
  sections,
  spellCell,
  sweepCells,
  type Cell,
  type Section
} from '../trials/matrix/cells.ts'
import {documentOf, type Matrix} from '../trials/matrix/document.ts'
import {hasSweepAction} from '../trials/matrix/account-sweep.ts'
import {playSweep, playUndisturbedSweep} from '../trials/matrix/play-sweep.ts'
import {playPromotion, playUndisturbedPromotion} from '../trials/matrix/play-promotion.ts'
import {play, playUndisturbed, subjects, type Subject} from '../trials/matrix/play.ts'
import type {Result} from '../trials/matrix/result.ts'
import {playAll} from '../trials/matrix/run.ts'
import {bystandersOf, lineOf, sentenceOf, totalsOf} from '../trials/matrix/table.ts'
import type {CallPoint} from '../cloud/call-point.ts'
import type {Packer} from '../host/packers/packer.ts'
import type {ReportedCall} from '../trials/report.ts'
import {choosePacker, releasesReachable} from '../host/packers/choose.ts'
import {run} from '../host/run.ts'
import {readActionFile} from '../runner/action-file.ts'
import {stopSignal} from '../host/stop-signal.ts'

interface Flags extends Partial<Record<Section | 'all', true>> {
  packer?: string
  only: string[]
  json?: string
  parallel: number
  subject: Subject
  docs?: true
  from: string[]
}

const projectFolder = join(import.meta.dirname, '../..')
let interrupted = false
/** From here on a bake promotes its image: it demands IMDSv2. */
const isPromoting = ({by, action}: CallPoint): boolean => by === 'action' && action === 'ModifyImageAttribute'

const command = new Command('npm run faults --')
  .description(
    'Rehearses the bake once for each fault that each of its AWS calls can meet, on light machines: every run must end with a ' +
      'verified image or with a message that says what to change, and none may leave anything behind.'
  )
  .option('--packer <path|version|system>', 'as for npm run rehearse')
  .addOption(
    new Option('--only <text>', 'only cells that contain it, such as packer:CreateImage or =silent (repeatable)')
      .argParser((text: string, earlier: string[]) => [...earlier, text])
      .default([], 'all')
  )
  .option('--faults', 'the faults; the default')
  .option('--killed', 'the action is killed at every call, before and after its answer; then post')
  .option('--cancelled', 'the run is cancelled there')
  .option('--lost', 'everything is killed there and post does not run; then the sweep action')
  .option(
    '--swept',
    'everything is killed where most is there; the sweep action meets faults at its own calls; then the sweep action again'
  )
  .option('--all', 'all five')
  .addOption(
    new Option(
      '--subject <name>',
      'the bake of the shipped template; that of one of the user’s own with two builds of one name, a volume and a mapped ' +
        'snapshot; the promotion of an image, in its bake or by the promote action'
    )
      .choices(subjects)
      .default('shipped')
  )
  .option('--parallel <n>', 'how many runs at a time', wholeNumber, 4)
  .option('--json <file>', 'writes the results')
  .option('--docs', 'writes docs/reliability.md')
  .addOption(
    new Option('--from <file>', 'plays nothing and takes the results that --json wrote (repeatable)')
      .argParser((file: string, earlier: string[]) => [...earlier, file])
      .default([], 'none')
  )
  .addHelpText('after', '\nExit status: 1 when an outcome is wrong, anything is left, or not all runs were made.')
  .parse()

const {packer: asked, only, json, parallel, subject, docs, from, ...chosen} = command.opts<Flags>()
const isPromotion = subject === 'promoted' || subject === 'promote-action'
try {
  const matrices = from.length > 0 ? await Promise.all(from.map(readMatrix)) : [await playMatrix()]
  if (docs) await writeFile(join(projectFolder, 'docs/reliability.md'), documentOf(matrices))
  for (const {packer, results} of matrices) {
    console.log(`Packer ${packer}, ${sentenceOf(results)}`)
    console.log(`Beside each run stood at least ${bystandersOf(results)} of others.`)
  }
  const isWrong = ({results}: Matrix): boolean => totalsOf(results).wrong > 0 || results.length === 0
  process.exitCode = interrupted || matrices.some(isWrong) ? 1 : 0
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}

async function playMatrix(): Promise<Matrix> {
  const signal = stopSignal()
  const packer = await choosePacker(asked, {
    env: process.env,
    progress: (sentence) => console.log(sentence),
    run,
    isRoot: process.geteuid?.() === 0,
    releasesReachable,
    actionDefault: (await readActionFile(projectFolder)).defaults.get('packer-version') ?? ''
  })
  const rows = await rowsOf(packer)
  const wanted = sections
    .filter((name) => chosen.all ?? chosen[name] ?? isDefault(name))
    .filter((name) => (name !== 'lost' && name !== 'swept') || hasSweepActionOrSaysNot())
    .filter((name) => name !== 'swept' || !isPromotion)
  const cells: Cell[] = []
  for (const name of wanted) {
    if (name !== 'swept') cells.push(...cellsOf(name, rows, subject === 'promoted' ? isPromoting : undefined))
    else
      for (const loss of losses)
        cells.push(...sweepCells(loss, await playUndisturbedSweep(loss.lostAt, packer, subject)))
  }
  const chosenCells = cells.filter((cell) => only.length === 0 || only.some((text) => spellCell(cell).includes(text)))
  const calls = new Set(chosenCells.map((cell) => `${pointOf(cell).by} ${pointOf(cell).action}`)).size
  console.log(
    `Packer ${packer.version}: ${chosenCells.length} runs over ${calls} different calls, ${parallel} at a time`
  )
  const results: Result[] = await playAll(chosenCells, {
    play(cell) {
      if (cell.section === 'swept') return playSweep(cell, packer, subject)
      return subject === 'promote-action' ? playPromotion(cell, packer) : play(cell, packer, {subject})
    },
    parallel,
    signal,
    onResult: (result, done) => console.log(`${String(done).padStart(4)}/${chosenCells.length} ${lineOf(result)}`)
  })
  if (results.length < chosenCells.length) {
    console.log(`Interrupted after ${results.length} of ${chosenCells.length} runs`)
    interrupted = true
  }
  const matrix = {packer: packer.version, subject, results}
  if (json !== undefined) await writeFile(json, `${JSON.stringify(matrix, null, 2)}\n`)
  return matrix
}

/** The calls of a run in which nothing goes wrong. */
async function rowsOf(packer: Packer): Promise<readonly ReportedCall[]> {
  if (subject === 'promote-action') return playUndisturbedPromotion(packer)
  return (await playUndisturbed(packer, subject)).calls
}

function isDefault(name: Section): boolean {
  return name === 'faults' && !sections.some((other) => chosen[other])
}

function hasSweepActionOrSaysNot(): boolean {
  if (!hasSweepAction()) console.log('There is no sweep action (sweep/action.yml), so that no run is lost.')
  return hasSweepAction()
}

async function readMatrix(file: string): Promise<Matrix> {
  return JSON.parse(await readFile(file, 'utf8')) as Matrix
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 99.')
  return Number(text)
}
