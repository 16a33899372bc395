import {type EC2Client, GetConsoleOutputCommand} from '@aws-sdk/client-ec2'
import {messageOf} from '../report/errors.ts'
import {lastEvidence} from './instanceUserData.ts'
import {withoutReports} from './selfProbe.ts'

const lastLines = 100

/**
 * What the machine last reported of Jenkins on its console, or else the end of all that it printed there, for the person who has to find out why it failed.
 * Jenkins prints its initial administrator password (32 hexadecimal digits on a line) to its log: such lines are blanked.
 *
 * @returns the reason in the place of the output when there is none: evidence must not fail the run a second time
 */
export async function consoleOutput(ec2: EC2Client, instanceId: string, signal: AbortSignal): Promise<string> {
  const ask = async (Latest: boolean): Promise<string> => {
    const command = new GetConsoleOutputCommand({InstanceId: instanceId, Latest})
    return (await ec2.send(command, {abortSignal: signal})).Output ?? ''
  }
  try {
    // Only Nitro machines show what they print now; others show what they printed at their last start or stop.
    const output = await ask(true).catch(() => ask(false))
    const text = withoutReports(Buffer.from(output, 'base64').toString('utf8'))
    const lines = (lastEvidence(text) ?? text)
      .replace(/\b[0-9a-f]{32}\b/gi, '(32 digits, removed)')
      .trimEnd()
      .split('\n')
    return text.trim() === '' ? '(the console of the machine is empty)' : lines.slice(-lastLines).join('\n')
  } catch (error) {
    signal.throwIfAborted()
    return `(the console output could not be fetched: ${messageOf(error)})`
  }
}

/** The units that have failed, by a machine's report, or by what systemd prints while it boots. */
export function failedUnits(evidence: string): string[] {
  const unit = String.raw`([\w@:.\\-]{1,100}\.(?:service|mount|target|socket|device))`
  const lines = [
    ...evidence.matchAll(new RegExp(String.raw`^\W*${unit} +loaded +failed `, 'gm')),
    ...evidence.matchAll(new RegExp(String.raw`^\[FAILED\] Failed to (?:start|mount) ${unit}`, 'gm'))
  ]
  return [...new Set(lines.map(([, name = '']) => name))].slice(0, 5)
}
