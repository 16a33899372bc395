import {spellCallPoint} from '../../cloud/call-point.ts'
import type {Packer} from '../../host/packers/packer.ts'
import {reportedCalls, type ReportedCall} from '../report.ts'
import {triggerAt} from '../triggers.ts'
import {spellTrial, type Cell} from './cells.ts'
import {createClock, sweepAfterwards} from './account-sweep.ts'
import {judgeSweep} from './judge-sweep.ts'
import {playAmongBystanders, type Subject} from './play.ts'
import type {Result} from './result.ts'

export type SweepCell = Extract<Cell, {section: 'swept'}>

/** Loses a bake and sweeps, with nothing going wrong: the sweep's calls are the rows of the matrix. */
export async function playUndisturbedSweep(lostAt: string, packer: Packer, subject?: Subject): Promise<ReportedCall[]> {
  const clock = createClock()
  const options = {packer, loseAt: lostAt, clock, ...(subject ? {subject} : {})}
  const {after} = await playAmongBystanders(options, async ({local, folder}) => {
    await clock.expire(local.cloud)
    const before = local.cloud.calls.length
    const {exitCode, leftovers, errors} = await sweepAfterwards(local, folder)
    if (exitCode === 0 && leftovers.length === 0) return reportedCalls(local.cloud.calls.slice(before))
    throw new Error(`The sweep in which nothing goes wrong has failed, lost at ${lostAt}: ${errors.join('\n')}`)
  })
  return after
}

/** Loses a bake, sweeps while something goes wrong, and sweeps again. */
export async function playSweep(cell: SweepCell, packer: Packer, subject?: Subject): Promise<Result> {
  const {section, lostAt, trial} = cell
  const clock = createClock()
  const {after, bystanders, touched} = await playAmongBystanders(
    {packer, loseAt: lostAt, clock, ...(subject ? {subject} : {})},
    async ({local, folder}) => {
      const {cloud} = local
      await clock.expire(local.cloud)
      const before = cloud.calls.length
      const isFault = 'kind' in trial
      const kill = triggerAt(isFault ? undefined : `${spellCallPoint(trial.at)}:${trial.moment}`)
      cloud.interfere(isFault ? {faults: [trial]} : kill)
      const disturbed = await sweepAfterwards(local, folder, {kill: kill.signal})
      const {action, by, nth} = trial.at
      const times = cloud.calls.slice(before).filter((call) => call.action === action && call.by === by).length
      cloud.interfere({})
      return {disturbed, met: times >= nth, next: await sweepAfterwards(local, folder)}
    }
  )
  const {disturbed, next} = after
  return {
    section,
    cell: spellTrial(trial),
    lostAt,
    ...judgeSweep(cell, {...after, touched}),
    exitCode: disturbed.exitCode,
    seconds: disturbed.seconds,
    leftovers: next.leftovers.length,
    bystanders: bystanders.counts,
    touched: touched.length,
    message: disturbed.errors.join('\n')
  }
}
