import {openAccount, type Account} from '../aws/account.ts'
import {explainRefusal} from '../aws/errors/explain.ts'
import {openSession} from '../credentials/session.ts'
import type {RetirementInputs, SweepInputs} from '../inputs/sweep.ts'
import {explain, messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {timeLimit} from '../lib/wait.ts'
import {policies, retireImages, type RetirementOptions, type RetirementReport} from '../retire/retire.ts'
import {sweepAccount, type AccountReport} from '../sweep/account.ts'
import {cancelSignal, setOutputs, writeSummary} from './step.ts'
import {sweepSummary} from './sweep-summary.ts'

const limitMs = 30 * 60_000
/** GitHub shows the first 4,096 characters of a message. */
const mostNamed = 15
/** A runner drops outputs of more than 1 MiB. */
const mostListed = 2_500
const longestReason = 300

/** Sweeps, reports, and tells whether nothing that has expired is left. */
export async function sweepAndReport({aws, olderThanMs, retirement, dryRun}: SweepInputs, log: Log): Promise<boolean> {
  const {env} = process
  const limit = timeLimit(limitMs, [cancelSignal(log, 'nothing more is removed')])
  const session = await openSession(aws, {env, log}, limit)
  const account = openAccount(aws.region, session.credentials, env)
  const report = await sweepAccount(account, {olderThanMs, dryRun, log, limit})
  const images = await retire(account, retirement, {dryRun, log, limit})
  const isGood = reportLeft(report, images, log)
  const {failure} = images
  if (failure !== undefined) log.error(explain(failure))
  const problem = failure === undefined ? undefined : messageOf(failure)
  await writeSummary(sweepSummary({...report, ...images, problem}, aws.region, session.accountId), log)
  setOutputs(outputsOf(report, images))
  return isGood && failure === undefined
}

/** What the sweep has done is reported even if no image can be retired. */
async function retire(
  account: Account,
  retirement: RetirementInputs | undefined,
  options: Pick<RetirementOptions, 'dryRun' | 'log' | 'limit'>
): Promise<RetirementReport> {
  const none = {retired: [], staying: []}
  if (!retirement) return none
  const {rule, by, parameters} = retirement
  const {ec2, readParameter} = account
  const context = {ec2, readParameter, parameters, autoScaling: account.autoScaling(), log: options.log}
  try {
    return await options.log.phase('Retire', () => retireImages(context, {rule, by, ...options}))
  } catch (failure) {
    return {
      ...none,
      failure: explainRefusal('Retire', options.limit.aborted ? options.limit.reason : failure, policies)
    }
  }
}

function outputsOf({swept}: AccountReport, {retired, staying}: RetirementReport): Record<string, string> {
  const removed = swept.filter(({outcome}) => outcome === 'removed').length
  const images = [
    ...retired.map(({image, outcome, reason}) => ({image, outcome, reason})),
    ...staying.map(({image, why}) => ({image, outcome: 'stays', reason: why}))
  ]
  return {
    found: String(swept.length),
    removed: String(removed),
    left: String(swept.length - removed),
    retired: String(retired.filter(({outcome}) => outcome === 'retired').length),
    report: JSON.stringify(swept),
    images: JSON.stringify(
      images.slice(0, mostListed).map(({image: {id, name, bakeId: bake}, outcome, reason}) => ({
        id,
        name,
        bake,
        outcome,
        reason: reason.slice(0, longestReason)
      }))
    )
  }
}

/**
 * Logs what is left and what to change. A dry run leaves everything, which is not an error. @returns whether nothing is
 * left
 */
function reportLeft({swept, unseen, advice}: AccountReport, {retired}: RetirementReport, log: Log): boolean {
  const left = swept.filter(({outcome}) => outcome === 'left')
  const lines = [
    ...left.map(({type, id, bake, reason}) => `Left in the account: ${type} ${id} of the bake ${bake}: ${reason}`),
    ...retired.flatMap(({image: {id}, outcome, reason}) =>
      outcome === 'left' ? [`Not retired: image ${id}: ${reason}`] : []
    ),
    ...unseen.map(({type, id, reason}) => `It is not known whether ${type} ${id} is left: ${reason}`)
  ]
  if (lines.length === 0) return true
  const named = [...new Set(lines)]
  const more = named.length > mostNamed ? [`… and ${named.length - mostNamed} more; the job summary lists them.`] : []
  // One message for all: GitHub shows at most ten.
  const isSwept = left.length > 0 || unseen.length > 0
  log.error([...named.slice(0, mostNamed), ...more, ...(isSwept ? advice : [])].join('\n'))
  return false
}
