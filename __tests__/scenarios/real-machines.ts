import {execFile} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, readdir, readFile, rm} from 'node:fs/promises'
import {get} from 'node:http'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {promisify} from 'node:util'
import {EC2, type Instance, type RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import type {LocalCloud} from '../../rehearsal/index.ts'

const run = promisify(execFile)

function administratorOf({cloud}: LocalCloud): EC2 {
  return new EC2({region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.administrator})
}

/** The machines that run, oldest first. */
export async function instancesOf(local: LocalCloud): Promise<Instance[]> {
  const Filters = [{Name: 'instance-state-name', Values: ['running']}]
  const {Reservations = []} = await administratorOf(local).describeInstances({Filters})
  return Reservations.flatMap(({Instances = []}) => Instances)
}

/** The user data of the one machine that runs. */
export async function userDataOf(local: LocalCloud): Promise<string> {
  const [instance] = await instancesOf(local)
  const query = {InstanceId: instance?.InstanceId, Attribute: 'userData'} as const
  const {UserData} = await administratorOf(local).describeInstanceAttribute(query)
  return Buffer.from(UserData?.Value ?? '', 'base64').toString()
}

/** All that a machine has printed on its console. */
export async function consoleOf(local: LocalCloud, instanceId: string): Promise<string> {
  const {Output = ''} = await administratorOf(local).getConsoleOutput({InstanceId: instanceId, Latest: true})
  return Buffer.from(Output, 'base64').toString()
}

/** Waits until a machine does not run any more; returns its state. */
export async function endOf(local: LocalCloud, instanceId: string): Promise<string> {
  for (;;) {
    const {Reservations = []} = await administratorOf(local).describeInstances({InstanceIds: [instanceId]})
    const state = Reservations[0]?.Instances?.[0]?.State?.Name ?? ''
    if (state !== 'running' && state !== 'shutting-down') return state
    await pause(200)
  }
}

export interface Guest {
  readonly id: string
  readonly address: string
  /** Runs a command as the login user, as soon as the machine lets one in. */
  readonly ssh: (command: string) => Promise<string>
}

/** Launches machines that this host reaches on ports 22 and 8080, and removes everything that was made for it. */
export async function withGuests<T>(
  local: LocalCloud,
  work: (launch: (input: Partial<RunInstancesCommandInput>) => Promise<Guest>) => Promise<T>
): Promise<T> {
  const ec2 = administratorOf(local)
  const folder = await mkdtemp(join(tmpdir(), 'guests-'))
  const keyFile = join(folder, 'key')
  const name = basename(folder)
  const user = local.base === 'ubuntu-24.04' ? 'ubuntu' : 'admin'
  const launched: string[] = []
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile])
  const PublicKeyMaterial = await readFile(`${keyFile}.pub`)
  await ec2.importKeyPair({KeyName: name, PublicKeyMaterial})
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: name, Description: name})
  const IpRanges = [{CidrIp: `${local.hostAddress}/32`}]
  await ec2.authorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [22, 8080].map((port) => ({IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges}))
  })
  try {
    return await work(async (input) => {
      const {Instances = []} = await ec2.runInstances({
        ImageId: local.cloud.sourceImageId,
        InstanceType: 't3.medium',
        KeyName: name,
        SecurityGroupIds: [GroupId],
        MinCount: 1,
        MaxCount: 1,
        ...input
      })
      const id = Instances[0]?.InstanceId ?? ''
      launched.push(id)
      const {Reservations = []} = await ec2.describeInstances({InstanceIds: [id]})
      const address = Reservations[0]?.Instances?.[0]?.PublicIpAddress ?? ''
      return {id, address, ssh: (command) => ssh(`${user}@${address}`, keyFile, command)}
    })
  } finally {
    if (launched.length > 0) await ec2.terminateInstances({InstanceIds: launched})
    await ec2.deleteSecurityGroup({GroupId})
    await ec2.deleteKeyPair({KeyName: name})
    await rm(folder, {recursive: true})
  }
}

async function ssh(login: string, keyFile: string, command: string): Promise<string> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'BatchMode=yes']
  // A machine that goes away says nothing to a session that is open.
  const flags = [...options, 'ConnectTimeout=2', 'ServerAliveInterval=2'].flatMap((option) => ['-o', option])
  for (let attempt = 1; ; attempt++) {
    try {
      return (await run('ssh', [...flags, '-i', keyFile, login, command])).stdout
    } catch (error) {
      // 255 is the client's own failure: not up yet, or the key is not installed yet.
      if ((error as {code?: number}).code !== 255 || attempt === 300) throw error
      await pause(100)
    }
  }
}

/** Waits until a Jenkins answers with its version; a machine that boots answers nothing, and Jenkins 503 at first. */
export async function jenkinsAt(address: string): Promise<string> {
  for (;;) {
    const version = await versionAt(address).catch(() => undefined)
    if (version !== undefined) return version
    await pause(200)
  }
}

async function versionAt(address: string): Promise<string | undefined> {
  const request = get({host: address, port: 8080, path: '/login', timeout: 2_000})
  request.on('timeout', () => request.destroy(new Error('no answer')))
  const [response] = await once(request, 'response')
  response.resume()
  const version = response.headers['x-jenkins']
  return response.statusCode < 500 && typeof version === 'string' ? version : undefined
}

/** What identifies the machine of a build and must not be in its image, taken from its disk while the build runs. */
export interface Secrets {
  readonly [what: string]: string
}

const secretFiles = {
  'initial password': 'var/lib/jenkins/secrets/initialAdminPassword',
  'master key': 'var/lib/jenkins/secrets/master.key',
  'machine id': 'etc/machine-id',
  'host key': 'etc/ssh/ssh_host_ed25519_key',
  'authorized key': 'home/admin/.ssh/authorized_keys'
}

/** Waits until the one machine of a rehearsal has all of its secrets. */
export async function secretsOfBuild(runFolder: string): Promise<Secrets> {
  for (;;) {
    const [machine = ''] = await readdir(join(runFolder, 'machines'))
    const files = Object.entries(secretFiles).map(async ([what, file]): Promise<[string, string]> => {
      const text = await readFile(join(runFolder, 'machines', machine, 'upper', file), 'utf8')
      // The middle of a key's file, or its first line, is enough to know it again.
      const lines = text.trim().split('\n')
      return [what, lines[Math.min(lines.length - 1, 2)] ?? '']
    })
    const found = await Promise.all(files).catch(() => [])
    if (found.length > 0 && found.every(([, text]) => text.length >= 32)) return Object.fromEntries(found)
    await pause(20)
  }
}

/** The first line of a private key, as grep finds it. Libraries that read keys have the words, and go on after them. */
const privateKey = 'PRIVATE KEY-----$'

/** The files of the image's own layers that contain one of the texts. */
export async function filesWith(runFolder: string, texts: readonly string[]): Promise<string[]> {
  return search(
    runFolder,
    texts.map((text) => text.replaceAll(/[.*[\]^$\\]/g, String.raw`\$&`))
  )
}

/** Those that contain a private key. */
export async function filesWithKeys(runFolder: string): Promise<string[]> {
  return search(runFolder, [privateKey])
}

async function search(runFolder: string, expressions: readonly string[]): Promise<string[]> {
  const layers = (await readdir(join(runFolder, 'layers'))).filter((name) => name !== '0')
  const patterns = expressions.flatMap((expression) => ['-e', expression])
  const args = ['--recursive', '--text', '--files-with-matches', '--basic-regexp', ...patterns, ...layers]
  try {
    const {stdout} = await run('grep', args, {cwd: join(runFolder, 'layers'), env: {...process.env, LC_ALL: 'C'}})
    return stdout.trim().split('\n')
  } catch (error) {
    // 1 is "nothing found".
    if ((error as {code?: number}).code === 1) return []
    throw error
  }
}
