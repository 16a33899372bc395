import {openAccount} from '../aws/account.ts'
import {openSession} from '../credentials/session.ts'
import {readSweepInputs} from '../inputs/sweep.ts'
import {actionsLog, type Log} from '../lib/log.ts'
import {timeLimit} from '../lib/wait.ts'
import {sweepAccount, type AccountReport} from '../sweep/account.ts'
import {cancelSignal, runStep, setOutputs, writeSummary} from './step.ts'
import {sweepSummary} from './sweep-summary.ts'

const limitMs = 30 * 60_000
/** GitHub shows the first 4,096 characters of a message. */
const mostNamed = 15

/** The sweep action: sweeps, reports, and fails the step when something that has expired is left. */
export async function runSweep(): Promise<void> {
  const log = actionsLog()
  await runStep(log, () => sweepAndReport(log))
}

async function sweepAndReport(log: Log): Promise<boolean> {
  const {env} = process
  const {aws, olderThanMs, dryRun} = readSweepInputs(env)
  const limit = timeLimit(limitMs, [cancelSignal(log, 'nothing more is removed')])
  const session = await openSession(aws, {env, log}, limit)
  const account = openAccount(aws.region, session.credentials, env)
  const report = await sweepAccount(account, {olderThanMs, dryRun, log, limit})
  setOutputs(outputsOf(report))
  const isGood = reportLeft(report, log)
  await writeSummary(sweepSummary(report, aws.region, session.accountId), log)
  return isGood
}

function outputsOf({swept}: AccountReport): Record<string, string> {
  const removed = swept.filter(({outcome}) => outcome === 'removed').length
  return {
    found: String(swept.length),
    removed: String(removed),
    left: String(swept.length - removed),
    report: JSON.stringify(swept)
  }
}

/**
 * Logs what is left and what to change. A dry run leaves everything, which is not an error. @returns whether nothing is
 * left
 */
function reportLeft({swept, unseen, advice}: AccountReport, log: Log): boolean {
  const left = swept.filter(({outcome}) => outcome === 'left')
  const lines = [
    ...left.map(({type, id, bake, reason}) => `Left in the account: ${type} ${id} of the bake ${bake}: ${reason}`),
    ...unseen.map(({type, id, reason}) => `It is not known whether ${type} ${id} is left: ${reason}`)
  ]
  if (lines.length === 0) return true
  const named = [...new Set(lines)]
  const more = named.length > mostNamed ? [`… and ${named.length - mostNamed} more; the job summary lists them.`] : []
  // One message for all: GitHub shows at most ten.
  log.error([...named.slice(0, mostNamed), ...more, ...advice].join('\n'))
  return false
}
