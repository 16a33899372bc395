import {join} from 'node:path'
import {spellCallPoint} from '../../cloud/call-point.ts'
import type {Packer} from '../../host/packers/packer.ts'
import {runAction, type ActionRun, type RunActionOptions} from '../../runner/run-action.ts'
import type {LocalCloud} from '../local-cloud.ts'
import {reportedCalls, type ReportedCall} from '../report.ts'
import {rehearsalContext, rehearsalEnvironment} from '../settings.ts'
import {triggerAt} from '../triggers.ts'
import {createClock, leftOf, sweepEverywhere} from './account-sweep.ts'
import {pointOf, spellCell} from './cells.ts'
import {createErrorLines} from './error-lines.ts'
import {following, promotionInputs} from './followers.ts'
import {judge} from './judge.ts'
import {playAmongBystanders, type BakeCell, type Ended} from './play.ts'
import type {Result} from './result.ts'

const action = join(import.meta.dirname, '../../../promote')

type Disturbance = Pick<RunActionOptions, 'kill' | 'cancel' | 'lose' | 'onLine'>

/** Promotes the image of a bake as a workflow does that waits for a person's approval. */
function promote({local: {cloud}, folder, report}: Ended, disturbance: Disturbance = {}): Promise<ActionRun> {
  const inputs = {
    'aws-region': cloud.region,
    'role-to-assume': cloud.roleArn,
    'ami-id': report.outputs['ami-id'] ?? '',
    ...promotionInputs(following['promote-action'])
  }
  return runAction({
    action,
    inputs,
    env: rehearsalEnvironment(cloud, inputs, process.env),
    oidc: cloud.oidc,
    context: rehearsalContext(),
    parentFolder: folder,
    ...disturbance
  })
}

/** A promotion in which nothing goes wrong: its calls are the rows of the matrix. */
export async function playUndisturbedPromotion(packer: Packer): Promise<ReportedCall[]> {
  const {after} = await playAmongBystanders({packer, subject: 'promote-action'}, async (ended) => {
    const before = ended.local.cloud.calls.length
    const {exitCode, log} = await promote(ended)
    const wrongs = await ended.followers?.wrongs('good')
    if (exitCode === 0 && wrongs?.length === 0) return callsSince(ended.local, before)
    throw new Error(`The promotion in which nothing goes wrong has failed: ${wrongs?.join('; ')}\n${log}`)
  })
  return after
}

const callsSince = ({cloud}: LocalCloud, before: number): ReportedCall[] => reportedCalls(cloud.calls.slice(before))

/** Bakes, and promotes while something goes wrong. */
export async function playPromotion(cell: BakeCell, packer: Packer): Promise<Result> {
  const clock = createClock()
  const {after, bystanders, touched} = await playAmongBystanders(
    {packer, subject: 'promote-action', clock},
    async (ended) => {
      const {local, folder, followers} = ended
      const before = local.cloud.calls.length
      const errors = createErrorLines()
      const end = triggerAt(cell.section === 'faults' ? undefined : `${spellCallPoint(cell.at)}:${cell.moment}`)
      local.cloud.interfere(cell.section === 'faults' ? {faults: [cell.fault]} : end)
      const how = {killed: 'kill', cancelled: 'cancel', lost: 'lose'} as const
      const run = await promote(ended, {
        onLine: errors.onLine,
        ...(cell.section === 'faults' ? {} : {[how[cell.section]]: end.signal})
      })
      local.cloud.interfere({})
      const {action: name, by, nth} = pointOf(cell)
      const times = callsSince(local, before).filter((call) => call.action === name && call.by === by).length
      const swept = cell.section === 'lost' ? await expireAndSweep() : undefined
      const leftovers = swept?.leftovers ?? (await leftOf(local))
      return {
        run,
        errors,
        met: times >= nth,
        leftovers,
        swept,
        broken: await followers?.wrongs(swept ? 'lost' : run.exitCode === 0 ? 'good' : 'bad')
      }

      async function expireAndSweep() {
        await clock.expire(local.cloud)
        return sweepEverywhere(local, folder)
      }
    }
  )
  const {run, errors, met, leftovers, swept, broken = []} = after
  const post = swept && swept.exitCode !== 0 ? [`the sweep action ended with exit code ${swept.exitCode}`] : errors.post
  return {
    section: cell.section,
    cell: spellCell(cell),
    ...judge(cell, {
      // The image was verified before, and stays.
      report: {exitCode: run.exitCode, leftovers, outputs: {verdict: 'verified', deregistered: 'false'}},
      errors: {main: errors.main, post},
      met,
      touched,
      broken
    }),
    exitCode: run.exitCode,
    seconds: run.seconds,
    leftovers: leftovers.length,
    bystanders: bystanders.counts,
    touched: touched.length,
    message: [...errors.main, ...post].join('\n')
  }
}
