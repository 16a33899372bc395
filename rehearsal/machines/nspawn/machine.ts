import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {Duplex} from 'node:stream'
import {fileURLToPath} from 'node:url'
import {setTimeout as sleep} from 'node:timers/promises'
import {serial} from '../../host/serial.ts'
import type {LaunchSpec, Machine} from '../driver.ts'
import type {Cgroups} from './cgroups.ts'
import {createConsole} from './console.ts'
import type {Host} from './host.ts'
import type {Layers, NspawnContent} from './layers.ts'
import type {MachineNetwork} from './network.ts'
import {hypervisorFile} from './recipes.ts'

export interface MachineOptions {
  readonly host: Host
  readonly cgroups: Cgroups
  readonly network: MachineNetwork
  readonly layers: Layers
  /** Of this machine's own; it does not exist yet. */
  readonly folder: string
  readonly address: string
  /** Takes a new port at the bridge, whose rules are in force when it resolves. */
  readonly plugIn: () => Promise<string>
  readonly onTerminated: () => void
  readonly log: (line: string) => void
}

const bootScript = fileURLToPath(new URL('./boot-machine.sh', import.meta.url))
/** nspawn's exit status when its machine rebooted itself. */
const rebooted = 133
/** Milliseconds until a machine that does not shut down is switched off, as EC2 does after some minutes. */
const shutdownPatience = 90_000

/**
 * Boots a machine from an image's content. Resolves when its system has begun to start.
 *
 * @throws Error with what was said where it does not start
 */
export async function bootMachine(spec: LaunchSpec, content: NspawnContent, options: MachineOptions): Promise<Machine> {
  const {host, cgroups, layers, folder, address} = options
  const name = spec.instanceId
  const log = (line: string) => options.log(`${name}: ${line}`)
  const upper = join(folder, 'upper')
  const shown = createConsole()
  let running: ChildProcess | undefined
  let stopping = false
  let terminated = false

  // One change at a time: whoever terminates a machine that is being stopped waits until it is off.
  const inTurn = serial()

  const powerOn = async () => {
    const port = await options.plugIn()
    const joined = await cgroups.join(name, bootCommand(spec, content, options, port))
    const [command = '', ...args] = [...host.prefix, ...joined]
    const child = spawn(command, args, {env: host.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true})
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => shown.add(bytes))
    const ended = once(child, 'exit')
    const first = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)])
    if (first === undefined) {
      await cgroups.end(name)
      throw new Error(`${name} did not start: ${shown.text().trim() || `nspawn ended with ${child.exitCode}`}`)
    }
    running = child
    child.once('exit', (code) => void inTurn(() => hasEnded(child, code)).catch((error: unknown) => log(String(error))))
    log(`on at ${address}`)
  }
  /** It ended by itself, or was stopped: then `running` is something else by now. */
  const hasEnded = async (child: ChildProcess, code: number | null) => {
    if (running !== child) return
    running = undefined
    await cgroups.end(name)
    log(code === rebooted ? 'reboots' : `off (${code ?? child.signalCode})`)
    if (code === rebooted && !stopping) await powerOn()
    else spec.onPowerOff()
  }
  const powerOff = async () => {
    const child = running
    running = undefined
    if (child === undefined) return
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      await host.run('kill', ['-TERM', String(child.pid)]).catch(() => {})
      const patience = new AbortController()
      await Promise.race([ended, sleep(shutdownPatience, undefined, {signal: patience.signal}).catch(() => {})])
      patience.abort()
    }
    await cgroups.end(name)
    log('off')
  }

  await host.run('mkdir', ['-p', '-m', '0755', upper, join(folder, 'root')])
  await inTurn(powerOn)
  return {
    address,
    async stop() {
      stopping = true
      await inTurn(powerOff)
      stopping = false
    },
    start: () =>
      inTurn(async () => {
        if (terminated) throw new Error(`${name} was terminated: it cannot be started again`)
        if (running === undefined) await powerOn()
      }),
    terminate() {
      terminated = true
      return inTurn(async () => {
        running = undefined
        await cgroups.end(name)
        await host.run('rm', ['-rf', folder])
        options.onTerminated()
      })
    },
    capture: () =>
      inTurn(async () => {
        const isOn = running !== undefined
        if (isOn) await cgroups.freeze(name)
        try {
          return await layers.copy(upper, content)
        } finally {
          if (isOn) await cgroups.thaw(name)
        }
      }),
    connectInside: (port) => connectIn(host, running?.pid, port),
    console: () => shown.text()
  }
}

const pipeProgram = `const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1')
process.stdin.pipe(socket).pipe(process.stdout)
socket.on('error', () => process.exit(1)).on('close', () => process.exit(0))`

/** A program in the machine's network namespace carries the bytes; of a machine that was started by sudo the namespace is not known. */
function connectIn(host: Host, pid: number | undefined, port: number): Duplex {
  if (pid === undefined || host.prefix.length > 0) throw new Error('there is no way into this machine')
  const inside = [`--net=/proc/${pid}/ns/net`, process.execPath, '-e', pipeProgram, String(port)]
  const child = spawn('nsenter', inside, {env: host.env, stdio: ['pipe', 'pipe', 'ignore']})
  const connection = Duplex.from({readable: child.stdout, writable: child.stdin})
  connection.on('close', () => child.kill('SIGKILL')).on('error', () => {})
  child.on('error', (error) => connection.destroy(error))
  return connection
}

function bootCommand(
  {instanceId, metadata}: LaunchSpec,
  content: NspawnContent,
  {network, layers, folder, address}: MachineOptions,
  port: string
): string[] {
  const run = join(layers.folder, '..')
  const boot = [bootScript, String(network.keeperPid), port, metadata.macAddress, `${address}/24`, network.gateway]
  const disk = [layers.folder, content.layers.toReversed().join(':'), folder]
  return ['unshare', '--mount', '--net', ...boot, ...disk, ...nspawnCommand(instanceId, join(folder, 'root'), run)]
}

function nspawnCommand(instanceId: string, root: string, run: string): string[] {
  return [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    `--directory=${root}`,
    `--machine=${instanceId}`,
    // Neither the host's systemd nor its journal hears of the machine.
    '--register=no',
    '--keep-unit',
    '--link-journal=no',
    '--settings=no',
    '--timezone=off',
    '--console=read-only',
    '--kill-signal=SIGRTMIN+4',
    // It is in a network namespace of its own already, and root may do there what root does on a machine.
    '--capability=CAP_NET_ADMIN',
    // What DHCP and the hypervisor tell a machine goes to its /run, and so into no image.
    '--resolv-conf=off',
    `--bind-ro=${join(run, 'resolv.conf')}:/run/systemd/resolve/resolv.conf`,
    `--bind-ro=${join(run, 'hypervisor-uuid')}:${hypervisorFile}`
  ]
}
