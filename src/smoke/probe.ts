import {type EC2Client, GetConsoleOutputCommand} from '@aws-sdk/client-ec2'
import type {Reach} from '../aws/connectivity.ts'
import {jenkinsPort, type Answer} from './answer.ts'
import type {SmokeInstance} from './launch.ts'
import {askJenkins} from './request.ts'
import {newProbeKey, reportIn} from './self-probe.ts'

/** How the machine under test is asked for its Jenkins. */
export interface Probe {
  /** Present where the machine asks itself: what authenticates its reports. */
  readonly key?: string
  /** The longest pause between two questions, in milliseconds. */
  readonly slowestMs: number
  /** For its login page. */
  readonly ask: (instance: SmokeInstance, signal: AbortSignal) => Promise<Answer>
  /** For the status of its first page, without a user; undefined when there is no answer. */
  readonly askForRoot: (instance: SmokeInstance, signal: AbortSignal) => Promise<number | undefined>
  /** The cause other than the image if nothing answers, as the end of a sentence. */
  readonly otherwise: string
}

export function probeFor(ec2: EC2Client, {via, cidrs}: Pick<Reach, 'via' | 'cidrs'>): Probe {
  if (via === 'session-manager') return consoleProbe(ec2, newProbeKey())
  return {
    slowestMs: 450,
    ask: (instance, signal) => askJenkins(instance.address, jenkinsPort, '/login', signal),
    async askForRoot(instance, signal) {
      const answer = await askJenkins(instance.address, jenkinsPort, '/', signal)
      return answer.kind === 'http' ? answer.status : undefined
    },
    otherwise:
      via === 'public-ip'
        ? `this runner does not connect from ${cidrs.join(', ')}: see 'allowed-cidrs'`
        : `this runner does not reach the machine's private address from ${cidrs.join(', ')}: see 'allowed-cidrs' and docs/networks.md`
  }
}

/** No port is open: the machine tests itself (self-probe.ts), and its console is read. */
export function consoleProbe(ec2: EC2Client, key: string): Probe {
  const ask = async ({id}: SmokeInstance, abortSignal: AbortSignal): Promise<Answer> => {
    try {
      const {Output = ''} = await ec2.send(new GetConsoleOutputCommand({InstanceId: id, Latest: true}), {abortSignal})
      const report = reportIn(Buffer.from(Output, 'base64').toString('utf8'), key)
      return report ?? {kind: 'none', reason: 'the machine has reported nothing on its console'}
    } catch (error) {
      // The caller handles an abort; and a new id may not be known everywhere yet.
      const passing = abortSignal.aborted || (error instanceof Error && error.name === 'InvalidInstanceID.NotFound')
      if (!passing) throw error
      return {kind: 'none', reason: 'its console could not be read'}
    }
  }
  return {
    key,
    // Each question is a call of EC2.
    slowestMs: 5_000,
    ask,
    async askForRoot(instance, signal) {
      const answer = await ask(instance, signal)
      return answer.kind === 'http' ? answer.rootStatus : undefined
    },
    otherwise: 'the image does not run cloud-init, which has to start the reports on the console: see docs/networks.md'
  }
}
