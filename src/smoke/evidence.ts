import {type EC2Client, GetConsoleOutputCommand} from '@aws-sdk/client-ec2'
import {messageOf} from '../lib/errors.ts'
import {causeMark, lastEvidence, stuckMark} from './user-data.ts'
import {withoutReports} from './self-probe.ts'

/** How many lines to show of a report, whose beginning matters most, and of a whole console, whose end does. */
const mostLines = {report: 200, console: 100}

/**
 * The evidence about Jenkins on a machine's console. The machine under test wrote it: it is for people, and decides
 * nothing that matters.
 */
export interface Evidence {
  /** The machine's newest report, or else the end of its console; or a sentence that says why there is none. */
  readonly text: string
  /** The reasons why Jenkins ended, as the machine reports them, the cause first; one line each. */
  readonly causes: readonly string[]
  /** Units that have failed and are not started again. */
  readonly failedUnits: readonly string[]
  /** Jenkins will not start any more: systemd has given up, or the process has failed and goes on. */
  readonly gaveUp: boolean
}

/**
 * Reads the console for the person who has to find out why Jenkins failed.
 *
 * @returns a sentence instead of the console if it cannot be read: evidence must not fail the run a second time
 */
export async function readEvidence(ec2: EC2Client, instanceId: string, signal: AbortSignal): Promise<Evidence> {
  const ask = async (Latest: boolean): Promise<string> => {
    const command = new GetConsoleOutputCommand({InstanceId: instanceId, Latest})
    return (await ec2.send(command, {abortSignal: signal})).Output ?? ''
  }
  try {
    // Only Nitro machines show their current output; others show that of their last start or stop.
    const output = await ask(true).catch(() => ask(false))
    return evidenceIn(Buffer.from(output, 'base64').toString('utf8'))
  } catch (error) {
    signal.throwIfAborted()
    return {...nothing, text: `(the console output could not be fetched: ${messageOf(error)})`}
  }
}

const nothing: Evidence = {text: '', causes: [], failedUnits: [], gaveUp: false}

/** @param consoleText all that a console shows */
export function evidenceIn(consoleText: string): Evidence {
  const text = withoutReports(consoleText)
  if (text.trim() === '') return {...nothing, text: '(the console of the machine is empty)'}
  const report = lastEvidence(text)
  // Jenkins prints its initial administrator's password (32 hexadecimal digits) to its log.
  const lines = (report ?? text)
    .replace(/\b[0-9a-f]{32}\b/gi, '(32 digits, removed)')
    .trimEnd()
    .split('\n')
  const failedUnits = unitsIn(lines, report === undefined ? failedInBoot : failedInReport)
  return {
    text: (report === undefined ? lines.slice(-mostLines.console) : lines.slice(0, mostLines.report)).join('\n'),
    causes: lines.filter((line) => line.startsWith(causeMark)).map((line) => line.slice(causeMark.length, 500)),
    failedUnits,
    gaveUp: report !== undefined && (failedUnits.includes('jenkins.service') || lines.includes(stuckMark))
  }
}

const unit = String.raw`([\w@:.\\-]{1,100}\.(?:service|mount|target|socket|device))`
/** As `systemctl --failed` prints it. */
const failedInReport = new RegExp(String.raw`^\W{0,4}${unit} +loaded +failed `)
/** As systemd prints it while it boots. */
const failedInBoot = new RegExp(String.raw`^\[FAILED\] Failed to (?:start|mount) ${unit}`)

function unitsIn(lines: readonly string[], pattern: RegExp): string[] {
  return [...new Set(lines.flatMap((line) => pattern.exec(line)?.[1] ?? []))].slice(0, 5)
}
