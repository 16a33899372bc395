import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Packer} from '../../host/packers/packer.ts'
import {run} from '../../host/run.ts'
import {inputVariables} from '../../runner/environment.ts'
import {parseKeyValueFile} from '../../runner/file-commands.ts'
import type {LocalCloud} from '../local-cloud.ts'
import {Missing, type Bench, type Peer} from './figure.ts'
import {packerVariables} from './plain-packer.ts'
import {stepEnvironment, timeScript} from './step.ts'

const login = 'configure-aws-credentials'
const script = join(import.meta.dirname, 'by-hand.sh')

/**
 * The programs that a workflow by hand takes.
 *
 * @throws Missing where one of them is not at hand
 */
export async function handTools({peers, packer: havePacker}: Pick<Bench, 'peers' | 'packer'>) {
  const peer = peers.find(({name}) => name === login)
  if (!peer) throw new Missing(`no --peer ${login}=PATH`)
  const {executable, plugins} = await havePacker()
  if (executable === undefined)
    throw new Missing('there is no Packer on this machine to run by itself: npm run packers builds one')
  await run('aws', ['--version']).catch(() => {
    throw new Missing('there is no AWS CLI on PATH')
  })
  return {peer, executable, ...(plugins === undefined ? {} : {plugins})}
}

interface HandMade {
  readonly local: LocalCloud
  readonly tools: {readonly peer: Peer; readonly executable: string} & Pick<Packer, 'plugins'>
  readonly node: string
  /** The folder with the template. */
  readonly template: string
  readonly values: Readonly<Record<string, unknown>>
  readonly folder: string
  readonly signal: AbortSignal
}

let runs = 0

/**
 * Logs in with configure-aws-credentials as the runner would start it, builds, and tests the image as people do by hand. The step
 * that installs Packer is left out, because its downloads cannot be pointed anywhere: Packer is there.
 *
 * @returns the seconds that it took
 */
export async function timeByHand({local, tools, node, template, values, folder, signal}: HandMade): Promise<number> {
  runs += 1
  const file = join(folder, `by-hand-${runs}.json`)
  await writeFile(file, JSON.stringify({...values, ami_name: `by-hand-${process.pid}-${runs}`}))
  const {endpoint, region, roleArn, oidc} = local.cloud
  const inputs = new Map(
    Object.entries({'aws-region': region, 'role-to-assume': roleArn, audience: 'sts.amazonaws.com'})
  )
  const step = {
    ...(await stepEnvironment(folder, {AWS_ENDPOINT_URL: endpoint}, oidc)),
    ...inputVariables(inputs)
  }
  const loggedInAfter = await timeScript({node, args: [tools.peer.main], env: step})
  const credentials = parseKeyValueFile(await readFile(step['GITHUB_ENV'] ?? '', 'utf8'))
  const env = {...packerVariables(local, tools), ...credentials}
  const began = performance.now()
  const args = [script, tools.executable, template, file, `${local.hostAddress}/32`]
  await run('bash', args, {cwd: template, env, signal})
  return (loggedInAfter + performance.now() - began) / 1_000
}
