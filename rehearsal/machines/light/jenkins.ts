import {randomBytes} from 'node:crypto'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {Socket} from 'node:net'
import {setTimeout as sleepFor} from 'node:timers/promises'
import type {Console} from './console.ts'
import type {Listener} from './listener.ts'
import {phasesOf, versionServed, type JenkinsMode, type JenkinsState} from './jenkins-boot.ts'
import {gaveUpLines, logOf} from './jenkins-log.ts'
import {pageOf} from './jenkins-pages.ts'

export interface JenkinsOptions {
  readonly mode: JenkinsMode
  /** The version on the disk. */
  readonly version: string
  /** Opens Jenkins's port. */
  readonly listen: (onConnection: (socket: Socket) => void) => Promise<Listener>
  /** Awaited before each request is answered. */
  readonly onProbe: () => void | Promise<void>
  readonly console: Console
  readonly log: (line: string) => void
  /** Rejects when the signal fires. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Jenkins {
  /** Resolves when it has entered its last phase, up or failed, or was stopped before. */
  readonly settled: Promise<void>
  /** Ends it in whatever state it is. Resolves when the port is free. */
  stop(): Promise<void>
}

/** Starts the stand-in for Jenkins's service. It goes through its phases on its own. */
export function startJenkins(options: JenkinsOptions): Jenkins {
  const {mode, console, log} = options
  const sleep = options.sleep ?? ((ms, signal) => sleepFor(ms, undefined, {signal}))
  const version = versionServed(mode, options.version)
  const facts = {version, session: randomBytes(4).toString('hex')}
  const stopped = new AbortController()
  let state: JenkinsState = 'closed'
  let port: Listener | undefined

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    await options.onProbe()
    if (state === 'closed') return response.destroy()
    const {status, headers, body} = pageOf(state, request.url ?? '/', facts, request.headers['accept-language'])
    log(`jenkins: ${request.method} ${request.url} ${status} (${state})`)
    return response.writeHead(status, {Server: 'light-machine (stand-in for Jenkins)', ...headers}).end(body)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log(`jenkins: a probe was not answered: ${String(error)}`)
      response.destroy()
    })
  })
  const closePort = async () => {
    await port?.close()
    port = undefined
  }
  const goThroughPhases = async () => {
    for (const phase of phasesOf(mode)) {
      stopped.signal.throwIfAborted()
      state = phase.state
      if (state === 'closed') await closePort()
      else port ??= await options.listen((socket) => server.emit('connection', socket))
      console.lines(logOf(state, version, new Date()))
      if (phase.ms !== undefined) await sleep(phase.ms, stopped.signal)
    }
    if (mode === 'restart-loop') console.lines(gaveUpLines)
  }
  const settled = goThroughPhases().catch((error: unknown) => {
    if (stopped.signal.aborted) return
    log(`jenkins: ${String(error)}`)
    console.line(`light machine: Jenkins could not serve: ${String(error)}`)
  })
  return {
    settled,
    async stop() {
      stopped.abort()
      await settled
      await closePort()
    }
  }
}
