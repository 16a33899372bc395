import {randomBytes} from 'node:crypto'
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net'
import {type Duplex, pipeline} from 'node:stream'
import type {
  StartSessionRequest,
  StartSessionResponse,
  TerminateSessionRequest,
  TerminateSessionResponse
} from '@aws-sdk/client-ssm'
import {listenLocally} from '../../host/local-server.ts'
import type {Ec2Cloud, InstanceRecord} from '../ec2/state/store.ts'
import {tagSet} from '../ec2/state/tags.ts'
import {AwsError, notOffered} from '../protocol/errors.ts'

export interface SessionCall {
  readonly cloud: Ec2Cloud
  /** The name of the caller's own session, with which AWS begins a session's id. */
  readonly caller: string
  /** @throws AwsError AccessDeniedException */
  readonly permit: (arn: string, context?: Readonly<Record<string, string>>, action?: string) => Promise<void>
}

interface Session {
  readonly id: string
  readonly connect: () => Duplex
  /** Whether the caller may open its data channel: the plugin signs that with the keys of whoever started it. */
  readonly permitChannel: () => Promise<void>
  readonly sockets: Set<Duplex>
}

const forwarding = 'AWS-StartPortForwardingSession'

/**
 * Session Manager's sessions that forward a port. A stand-in: AWS speaks a protocol of its own with an agent on the machine. Here a
 * session's stream is a plain connection on 127.0.0.1, which begins with its token and goes on to the machine's own port.
 */
export class Sessions {
  readonly #open = new Map<string, Session>()
  #server: Promise<Server> | undefined

  /** @throws AwsError TargetNotConnected, InvalidDocument, AccessDeniedException */
  async start(
    input: Partial<StartSessionRequest>,
    {cloud, caller, permit}: SessionCall
  ): Promise<StartSessionResponse> {
    const {Target: target = '', DocumentName: document, Parameters: parameters} = input
    if (document !== forwarding) throw notOffered(`sessions with the document ${document}`)
    const instance = cloud.instances.get(target)
    const {region, accountId} = cloud
    await permit(`arn:aws:ec2:${region}:${accountId}:instance/${target}`, contextOf(cloud, instance))
    await permit(`arn:aws:ssm:${region}::document/${forwarding}`)
    const machine = instance?.state === 'running' ? instance.machine : undefined
    // The agent signs in with the role of the machine's instance profile.
    if (!machine?.connectInside || instance?.profile === undefined) {
      throw new AwsError('TargetNotConnected', `${target} is not connected.`)
    }
    const port = Number(parameters?.['portNumber']?.[0])
    const connect = machine.connectInside.bind(machine)
    const [id, token] = [`${caller}-0${randomBytes(8).toString('hex')}`, randomBytes(24).toString('hex')]
    const channel = `arn:aws:ssm:${region}:${accountId}:session/${id}`
    const permitChannel = (): Promise<void> => permit(channel, {}, 'ssmmessages:OpenDataChannel')
    this.#open.set(token, {id, connect: () => connect(port), permitChannel, sockets: new Set()})
    const {port: streamPort} = (await this.#listening()).address() as AddressInfo
    return {SessionId: id, TokenValue: token, StreamUrl: `ws://127.0.0.1:${streamPort}/`}
  }

  async terminate(
    {SessionId: id = ''}: Partial<TerminateSessionRequest>,
    {cloud, permit}: SessionCall
  ): Promise<TerminateSessionResponse> {
    await permit(`arn:aws:ssm:${cloud.region}:${cloud.accountId}:session/${id}`)
    for (const [token, {id: each, sockets}] of this.#open) {
      if (each !== id) continue
      this.#open.delete(token)
      for (const socket of sockets) socket.destroy()
    }
    return {SessionId: id}
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    for (const {sockets} of this.#open.values()) for (const socket of sockets) socket.destroy()
    this.#open.clear()
    ;(await this.#server)?.close()
  }

  #listening(): Promise<Server> {
    return (this.#server ??= (async () => {
      const server = createServer((socket) => void this.#receive(socket).catch(() => socket.destroy()))
      await listenLocally(server.unref())
      return server
    })())
  }

  async #receive(from: Socket): Promise<void> {
    from.on('error', () => {})
    const token = await firstLine(from)
    const session = this.#open.get(token)
    if (!session) return void from.destroy()
    await session.permitChannel()
    const to = session.connect()
    for (const end of [from, to]) session.sockets.add(end)
    pipeline(from, to, from, () => {
      for (const end of [from, to]) {
        session.sockets.delete(end)
        end.destroy()
      }
    })
  }
}

/** What StartSession's conditions can ask about an instance (Service Authorization Reference, Systems Manager). */
function contextOf(cloud: Ec2Cloud, instance: InstanceRecord | undefined): Record<string, string> {
  if (!instance) return {}
  const tags = tagSet(cloud, instance.id).map(({Key = '', Value = ''}) => [Key, Value] as const)
  return Object.fromEntries(
    tags.flatMap(([key, value]) => [
      [`ssm:resourceTag/${key}`, value],
      [`aws:ResourceTag/${key}`, value]
    ])
  )
}

/** Reads up to the end of the first line, and leaves the rest unread. */
function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0)
    const onData = (bytes: Buffer): void => {
      read = Buffer.concat([read, bytes])
      const end = read.indexOf('\n')
      if (end === -1) return
      socket.off('data', onData).pause()
      socket.unshift(read.subarray(end + 1))
      resolve(read.subarray(0, end).toString())
    }
    socket.on('data', onData).once('close', () => reject(new Error('the connection ended before its token')))
  })
}
