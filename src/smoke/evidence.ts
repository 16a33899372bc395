import {type EC2Client, GetConsoleOutputCommand} from '@aws-sdk/client-ec2'
import {messageOf} from '../report/errors.ts'

const lastLines = 100

/**
 * The end of what the machine printed on its console, for the person who has to find out why it failed.
 * Jenkins prints its initial administrator password (32 hexadecimal digits on a line) to its log: such lines are blanked.
 *
 * @returns the reason in the place of the output when there is none: evidence must not fail the run a second time
 */
export async function consoleOutput(ec2: EC2Client, instanceId: string, signal: AbortSignal): Promise<string> {
  try {
    const command = new GetConsoleOutputCommand({InstanceId: instanceId, Latest: true})
    const {Output = ''} = await ec2.send(command, {abortSignal: signal})
    const text = Buffer.from(Output, 'base64').toString('utf8')
    const lines = text
      .replace(/\b[0-9a-f]{32}\b/gi, '(32 digits, removed)')
      .trimEnd()
      .split('\n')
    return text.trim() === '' ? '(the console of the machine is empty)' : lines.slice(-lastLines).join('\n')
  } catch (error) {
    signal.throwIfAborted()
    return `(the console output could not be fetched: ${messageOf(error)})`
  }
}
