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
import {createClock, leftOf, sweepEverywhere, type Clock} from './account-sweep.ts'
import {following, placeFollowers, promotionInputs, type Followers} from './followers.ts'
import {judge} from './judge.ts'
import type {Result} from './result.ts'

export type BakeCell = Exclude<Cell, {section: 'swept'}>

/**
 * What is played: a bake of the shipped template, or of one of the user's own with several builders (several-builders.ts);
 * the promotion of the shipped template's image, in its bake or by the promote action.
 */
export type Subject = 'shipped' | 'several' | 'promoted' | 'promote-action'

export const subjects: readonly Subject[] = ['shipped', 'several', 'promoted', 'promote-action']

/** A run in which nothing goes wrong: its calls are the rows of the matrix. */
export async function playUndisturbed(packer: Packer, subject: Subject = 'shipped'): Promise<Report> {
  const {report} = await playAmongBystanders({packer, subject}, async () => {})
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
  {action: actionFolder, subject = 'shipped'}: {readonly action?: string; readonly subject?: Subject} = {}
): Promise<Result> {
  const errors = createErrorLines()
  const clock = createClock()
  const options = {
    ...optionsFor(cell),
    ...(actionFolder !== undefined ? {action: actionFolder} : {}),
    packer,
    subject,
    clock,
    onLine: errors.onLine
  }
  const {report, bystanders, touched, after} = await playAmongBystanders(
    options,
    async ({local, folder, followers, report: {exitCode}}) => {
      if (cell.section !== 'lost') {
        return {
          broken: await followers?.wrongs(exitCode === 0 ? 'good' : 'bad'),
          expiring: followers ? await leftOf(local) : []
        }
      }
      await clock.expire(local.cloud)
      const swept = await sweepEverywhere(local, folder)
      return {swept, broken: await followers?.wrongs('lost')}
    }
  )
  const {swept, broken = [], expiring = []} = after
  // What the outputs name must have lost its expiry, too, or an error names it.
  const unnamed = expiring.filter(({id}) => errors.main.every((line) => !line.includes(id)))
  const others = unnamed.filter(({id}) => report.leftovers.every((one) => one.id !== id))
  const leftovers = swept?.leftovers ?? [...report.leftovers, ...others]
  const post = swept && swept.exitCode !== 0 ? [`the sweep action ended with exit code ${swept.exitCode}`] : errors.post
  const {action, by, nth} = pointOf(cell)
  const times = report.calls.filter((call) => call.action === action && call.by === by).length
  return {
    section: cell.section,
    cell: spellCell(cell),
    ...judge(cell, {
      report: {...report, leftovers},
      errors: {main: errors.main, post},
      met: times >= nth,
      touched,
      broken
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
  readonly subject?: Subject
  readonly clock?: Clock
}

interface Performance<T> {
  readonly report: Report
  readonly bystanders: Bystanders
  /** After all of it. */
  readonly touched: readonly string[]
  readonly after: T
}

/** The end of the action's run, while its cloud is still there. */
export interface Ended {
  readonly local: LocalCloud
  readonly folder: string
  readonly report: Report
  /** Where an image is promoted. */
  readonly followers: Followers | undefined
}

/**
 * Rehearses in an account full of look-alikes.
 * @param afterwards what happens in the same cloud when the action has ended
 */
export async function playAmongBystanders<T>(
  {subject = 'shipped', clock = createClock(), ...options}: PlayOptions,
  afterwards: (ended: Ended) => Promise<T>
): Promise<Performance<T>> {
  // The snapshot that it maps in is known once the account is full.
  const inputs: Record<string, string> = {
    ...(subject === 'several' ? {template: severalBuilders()} : {}),
    ...(subject === 'promoted' ? promotionInputs(following.promoted) : {}),
    ...options.inputs
  }
  const folder = await mkdtemp(join(tmpdir(), 'faults-'))
  let bystanders: Bystanders | undefined
  let followers: Followers | undefined
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
        if (subject === 'promoted' || subject === 'promote-action') {
          followers = await placeFollowers(cloud, following[subject])
        }
        if (subject === 'several') inputs['vars'] = `${snapshotVariable}=${placed.snapshotId}`
      },
      onLine(line) {
        bystanders?.onLine(line)
        options.onLine?.(line)
      },
      async afterwards(local, ended) {
        const after = await afterwards({local, folder, report: ended, followers})
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
