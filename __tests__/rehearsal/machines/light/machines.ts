import {newEd25519KeyPair} from '../../../../rehearsal/host/ed25519.ts'
import {once} from 'node:events'
import ssh2, {type ConnectConfig} from 'ssh2'
import type {InstanceMetadata, LaunchSpec, Machine} from '../../../../rehearsal/machines/driver.ts'
import {createLightDriver, type LightDriverOptions} from '../../../../rehearsal/machines/light/driver.ts'

/** Ports that need no root and that no service of the host listens on. */
export const sshPort = 20022
export const jenkinsPort = 28080

export const loginKey = newEd25519KeyPair()

export const testDriver = (options: Partial<LightDriverOptions> = {}) =>
  createLightDriver({jenkins: 'ready', jenkinsVersion: '2.500.1', sshPort, jenkinsPort, ...options})

export const metadata: InstanceMetadata = {
  endpoint: 'enabled',
  tokens: 'optional',
  accountId: '123456789012',
  region: 'us-east-1',
  zone: 'us-east-1a',
  instanceType: 't3.medium',
  reservationId: 'r-1',
  macAddress: '02:00:00:00:00:01',
  securityGroups: ['default']
}

export function launchSpec(changes: Partial<LaunchSpec> & Pick<LaunchSpec, 'content'>): LaunchSpec {
  return {
    instanceId: 'i-1',
    imageId: 'ami-1',
    username: 'admin',
    publicKey: loginKey.public,
    allows: () => true,
    ingress: () => [],
    metadata,
    onPowerOff: () => {},
    ...changes
  }
}

/** Logs in, with the login key unless told otherwise. Rejects with ssh2's error when the machine does not let the client in. */
export async function login(
  machine: Machine,
  credentials: ConnectConfig = {privateKey: loginKey.private}
): Promise<ssh2.Client> {
  const client = new ssh2.Client()
  const ready = once(client, 'ready')
  client.connect({host: machine.address, port: sshPort, username: 'admin', ...credentials})
  client.setNoDelay(true)
  await ready
  client.on('error', () => {})
  return client
}

export interface Ran {
  readonly exitStatus: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** Runs a command with an input and collects what it answers. */
export function run(client: ssh2.Client, command: string, input: string | Buffer = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error !== undefined) return reject(error)
      const stdout: Buffer[] = []
      const stderr: Buffer[] = []
      let exitStatus = -1
      channel.on('data', (data: Buffer) => stdout.push(data))
      channel.stderr.on('data', (data: Buffer) => stderr.push(data))
      channel.on('exit', (code: number) => (exitStatus = code))
      channel.on('close', () =>
        resolve({exitStatus, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString()})
      )
      return channel.end(input)
    })
  })
}

/** Uploads one file as Packer does, with scp's protocol. */
export async function upload(client: ssh2.Client, folder: string, name: string, text: string): Promise<void> {
  const {exitStatus, stderr} = await run(
    client,
    `scp -vt ${folder}`,
    `C0644 ${Buffer.byteLength(text)} ${name}\n${text}\0`
  )
  if (exitStatus !== 0) throw new Error(`The upload of ${name} failed: ${stderr}`)
}
