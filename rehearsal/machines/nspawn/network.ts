import {spawn, type ChildProcess} from 'node:child_process'
import type {Socket as DatagramSocket} from 'node:dgram'
import {once} from 'node:events'
import type {Server} from 'node:net'
import {fileURLToPath} from 'node:url'
import {serial} from '../../host/serial.ts'
import {freeRange, routedNetworks} from './address-range.ts'
import type {Cgroups} from './cgroups.ts'
import {rulesetOf, type Port} from './firewall.ts'
import type {Host} from './host.ts'

/** The address of the metadata service, on every cloud. */
export const metadataAddress = '169.254.169.254'
/** Addresses that lead nowhere by themselves (RFC 2544): the resolver lends one to each name of the outside world. */
const lentAddresses = '198.18.0.0/15'

/**
 * The machines' network: a bridge in a network namespace of its own, with one cable to the host. The host gets one interface with
 * an address that nothing of it uses, and nothing else: no forwarding, no address translation, no firewall rule.
 */
export interface MachineNetwork {
  /** All of its addresses. */
  readonly range: string
  /** The host, as the machines see it. */
  readonly hostAddress: string
  /** The bridge: the machines' router and resolver. */
  readonly gateway: string
  /** The process that holds the namespace open. */
  readonly keeperPid: number
  /** An address for one more machine, and for no other after it. */
  nextAddress(): string
  /** Makes the bridge let through what these ports' rules say, and nothing to others. */
  setPorts(ports: readonly Port[]): Promise<void>
  /** Opens a port on all addresses of the bridge's namespace. This process serves it. */
  listenTcp(port: number): Promise<Server>
  listenUdp(port: number): Promise<DatagramSocket>
  /** Takes the network away, with the interface on the host. */
  close(): Promise<void>
}

export interface NetworkOptions {
  readonly host: Host
  readonly cgroups: Cgroups
  /** Six hexadecimal digits, for names. */
  readonly runId: string
  readonly onLost: (reason: string) => void
}

const keeperProgram = fileURLToPath(new URL('./keeper.mjs', import.meta.url))
const keeperGroup = 'network'

/** @throws Error with the command that failed */
export async function createNetwork({host, cgroups, runId, onLost}: NetworkOptions): Promise<MachineNetwork> {
  const range = freeRange(routedNetworks(await host.run('ip', ['-json', '-4', 'route', 'show', 'table', 'all'])))
  const hostAddress = `${range}.1`
  const gateway = `${range}.2`
  const hostInterface = `bake-${runId}`
  const {keeper, pid: keeperPid} = await startKeeper(host, cgroups)
  const inside = (command: string, args: readonly string[], input: string) =>
    host.run('nsenter', [`--net=/proc/${keeperPid}/ns/net`, command, ...args], input)

  let closing = false
  keeper.once('exit', () => closing || onLost('the process that holds the machines’ network open has ended'))
  const ask = askInTurn(keeper)
  let applied = ''
  const inTurn = serial()
  const apply = async (ruleset: string) => {
    if (ruleset === applied) return
    await inside('nft', ['-f', '-'], ruleset)
    applied = ruleset
  }
  let lastOctet = 9
  try {
    await host.run('ip', [
      'link',
      'add',
      hostInterface,
      'type',
      'veth',
      'peer',
      'name',
      'host',
      'netns',
      `${keeperPid}`
    ])
    await inside('ip', ['-batch', '-'], bridgeCommands(gateway))
    await host.run('ip', ['address', 'add', `${hostAddress}/24`, 'dev', hostInterface])
    await host.run('ip', ['link', 'set', hostInterface, 'up'])
  } catch (error) {
    closing = true
    keeper.disconnect()
    await cgroups.end(keeperGroup)
    throw error
  }
  return {
    range: `${range}.0/24`,
    hostAddress,
    gateway,
    keeperPid,
    nextAddress() {
      if (++lastOctet > 254)
        throw new Error('The machines’ network has no address left: 245 machines were launched in it')
      return `${range}.${lastOctet}`
    },
    // One after the other: machines that are launched together must not end with the rules of the one before.
    setPorts: (ports) => inTurn(() => apply(rulesetOf(ports))),
    listenTcp: async (port) => (await ask({protocol: 'tcp', port})) as Server,
    listenUdp: async (port) => (await ask({protocol: 'udp', port})) as DatagramSocket,
    async close() {
      closing = true
      // The interface goes with the namespace, but only some time after; ask for it to be gone when this returns.
      await host.run('ip', ['link', 'delete', hostInterface]).catch(() => {})
      if (keeper.connected) keeper.disconnect()
      await cgroups.end(keeperGroup)
    }
  }
}

/**
 * A bridge that is given no address takes the lowest of its ports', and another when that machine ends: whoever has the old one
 * in its ARP table (the host, the other machines) then reaches the gateway only when that has expired, half a minute later.
 */
export const gatewayMac = '02:62:61:6b:65:01'

function bridgeCommands(gateway: string): string {
  return `link set lo up
address add ${metadataAddress}/32 dev lo
link add machines address ${gatewayMac} type bridge
address add ${gateway}/24 dev machines
link set machines up
link set host master machines up
route add local ${lentAddresses} dev lo
`
}

async function startKeeper(host: Host, cgroups: Cgroups): Promise<{keeper: ChildProcess; pid: number}> {
  // sudo hands on its standard input and no other descriptor, and drops the variable that says where the channel is.
  const channel = ['env', 'NODE_CHANNEL_FD=0', 'NODE_CHANNEL_SERIALIZATION_MODE=json']
  const joined = await cgroups.join(keeperGroup, ['unshare', '--net', ...channel, process.execPath, keeperProgram])
  const [command = '', ...args] = [...host.prefix, ...joined]
  const keeper = spawn(command, args, {env: host.env, stdio: ['ipc', 'ignore', 'inherit'], detached: true})
  const ended = once(keeper, 'exit').then(() => {
    throw new Error('The process that is to hold the machines’ network open ended at once; its error is above.')
  })
  const [{pid}] = await Promise.race([once(keeper, 'message'), ended])
  ended.catch(() => {})
  return {keeper, pid}
}

/** Asks the keeper for one socket after the other: its answers do not say to which question they belong. */
function askInTurn(keeper: ChildProcess): (question: object) => Promise<unknown> {
  const inTurn = serial()
  return (question) =>
    inTurn(async () => {
      const received = once(keeper, 'message')
      keeper.send(question)
      const [{error}, socket] = await received
      if (error !== undefined)
        throw new Error(`The machines’ network cannot open ${JSON.stringify(question)}: ${error}`)
      return socket
    })
}
