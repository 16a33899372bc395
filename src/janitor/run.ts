import * as core from '@actions/core'
import {openSession} from '../credentials/session.ts'
import {openAccount} from '../ec2/account.ts'
import {explain, messageOf} from '../report/errors.ts'
import {actionsLog, type Log} from '../report/log.ts'
import {readSweepInputs} from './inputs.ts'
import {janitor, type JanitorReport} from './janitor.ts'
import {sweepSummary} from './summary.ts'
import {timeLimit} from '../wait.ts'

const limitMs = 30 * 60_000
/** GitHub shows the first 4,096 characters of a message. */
const mostNamed = 15

/** The sweep action: sweeps, reports, and fails the step when something that has expired is left. */
export async function runSweep(): Promise<void> {
  // Green only at a good end: a promise that never settles would otherwise end the process with 0.
  process.exitCode = 1
  const log = actionsLog()
  const {env} = process
  try {
    const {aws, olderThanMs, dryRun} = readSweepInputs(env)
    const limit = timeLimit(limitMs, [cancelSignal()])
    const session = await openSession(aws, {env, log}, limit)
    const account = openAccount(aws.region, session.credentials, env)
    const report = await janitor(account, {olderThanMs, dryRun, log, limit})
    for (const [name, value] of Object.entries(outputsOf(report))) core.setOutput(name, value)
    process.exitCode = isGood(report, log) ? 0 : 1
    await core.summary
      .addRaw(sweepSummary(report, aws.region, session.accountId))
      .write()
      .catch((error: unknown) => log.warning(`The job summary could not be written: ${messageOf(error)}`))
  } catch (error) {
    log.error(explain(error))
  }
}

function outputsOf({swept}: JanitorReport): Record<string, string> {
  const removed = swept.filter(({outcome}) => outcome === 'removed').length
  return {
    found: String(swept.length),
    removed: String(removed),
    left: String(swept.length - removed),
    report: JSON.stringify(swept)
  }
}

/** Says what is left and what to change. A dry run leaves everything, and that is good. */
function isGood({swept, unseen, advice}: JanitorReport, log: Log): boolean {
  const left = swept.filter(({outcome}) => outcome === 'left')
  const lines = [
    ...left.map(({type, id, bake, reason}) => `Left in the account: ${type} ${id} of the bake ${bake}: ${reason}`),
    ...unseen.map(({type, id, reason}) => `It is not known whether ${type} ${id} is left: ${reason}`)
  ]
  if (lines.length === 0) return true
  const named = [...new Set(lines)]
  const more = named.length > mostNamed ? [`… and ${named.length - mostNamed} more; the job summary lists them.`] : []
  // One message: of more than ten GitHub shows ten.
  log.error([...named.slice(0, mostNamed), ...more, ...advice].join('\n'))
  return false
}

/** Aborted by the runner's cancel: SIGINT, and 7.5 s later SIGTERM. */
function cancelSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort())
  return controller.signal
}
