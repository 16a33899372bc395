import {execFile} from 'node:child_process'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {promisify} from 'node:util'
import type {LaunchSpec, Machine} from '../../../../rehearsal/machines/driver.ts'
import type {NspawnDriver} from '../../../../rehearsal/machines/nspawn/driver.ts'
import {metadata} from '../light/machines.ts'

const run = promisify(execFile)

/** A login key in files, as OpenSSH's client wants it. */
export async function makeLoginKey() {
  const folder = await mkdtemp(join(tmpdir(), 'nspawn-test-'))
  const file = join(folder, 'key')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])
  const publicKey = (await readFile(`${file}.pub`, 'utf8')).trim()
  return {file, publicKey, remove: () => rm(folder, {recursive: true})}
}

let launches = 0

/** A launch that lets this host in on port 22. */
export function specFor(driver: NspawnDriver, changes: Partial<LaunchSpec> = {}): LaunchSpec {
  const number = String(++launches).padStart(2, '0')
  return {
    instanceId: `i-0123456789abcde${number}`,
    imageId: 'ami-0123456789abcdef0',
    content: driver.sourceContent,
    username: 'admin',
    allows: () => true,
    ingress: () => [{protocol: 'tcp', fromPort: 22, toPort: 22, cidrs: [`${driver.hostAddress}/32`]}],
    metadata: {...metadata, tokens: 'required', macAddress: `02:00:00:00:00:${number}`},
    onPowerOff: () => {},
    ...changes
  }
}

/** Before `reboot` or `poweroff`: half a second later, so that the SSH connection that asks for it ends first. */
export const soon = 'sudo systemd-run --quiet --on-active=500ms --timer-property=AccuracySec=10ms systemctl'

/** Runs a command on a machine with OpenSSH's client, as soon as it lets one in. */
export async function ssh(machine: Machine, keyFile: string, command: string): Promise<string> {
  const options = {
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
    BatchMode: 'yes',
    ConnectTimeout: '2',
    // A machine that goes away says nothing to a session that is open.
    ServerAliveInterval: '2'
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  for (let attempt = 1; ; attempt++) {
    try {
      return (await run('ssh', [...flags, '-i', keyFile, `admin@${machine.address}`, command])).stdout
    } catch (error) {
      // 255 is the client's own failure: not up yet, or the key is not installed yet.
      if ((error as {code?: number}).code !== 255 || attempt === 300) throw error
      await pause(100)
    }
  }
}

/**
 * How an attempt to connect ends: `open`, an error's code, or `no answer`.
 *
 * @param patience Milliseconds to wait for an answer: more where there has to be one
 */
export function knock(address: string, port: number, patience = 1000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({host: address, port, timeout: patience})
    const end = (how: string) => {
      socket.destroy()
      resolve(how)
    }
    socket.once('connect', () => end('open'))
    socket.once('timeout', () => end('no answer'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? ''))
  })
}
