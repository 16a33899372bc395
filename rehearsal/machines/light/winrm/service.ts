import {randomUUID} from 'node:crypto'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {createServer as createTlsServer} from 'node:https'
import type {Socket} from 'node:net'
import {text} from 'node:stream/consumers'
import {selfSigned, type Certificate} from '../../../host/self-signed.ts'
import {forLog} from '../command.ts'
import type {Disk} from '../disk.ts'
import {answerToWinRm, type Uploads, type WinRmAnswer} from './command.ts'
import {mayLogIn, type WinRmUsers} from './login.ts'
import {answer, bodies, fault, readRequest, type ShellRequest} from './soap.ts'

export interface WinRmOptions extends WinRmUsers {
  readonly disk: Disk
  readonly log: (line: string) => void
}

/** A port, and what takes each connection to it. */
export interface WinRmPort {
  readonly port: number
  readonly onConnection: (socket: Socket) => void
}

let certificate: Promise<Certificate> | undefined

/**
 * A stand-in for WinRM, with basic authentication. It runs nothing: Packer's uploads go to the disk in memory, and commands are recorded
 * and answered. Its certificate is self-signed, as Windows's own, and the same for all machines of this process.
 *
 * @throws Error when openssl cannot make a certificate
 */
export async function createWinRmService(options: WinRmOptions): Promise<WinRmPort[]> {
  certificate ??= selfSigned(['light-machine'])
  const respond = createShells(options)
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response, options, respond).catch((error: unknown) => {
      options.log(`winrm: a request was not answered: ${String(error)}`)
      response.destroy()
    })
  }
  const http = createServer(onRequest)
  const https = createTlsServer(await certificate, onRequest)
  https.on('tlsClientError', (error) => options.log(`winrm: ${error.message}`))
  // Windows's own ports, which need no root.
  return [
    {port: 5985, onConnection: (socket) => void http.emit('connection', socket)},
    {port: 5986, onConnection: (socket) => void https.emit('connection', socket)}
  ]
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: WinRmOptions,
  respond: (request: ShellRequest) => string
): Promise<void> {
  const xml = await text(request)
  response.setHeader('Server', 'light-machine (stand-in for WinRM)')
  if (!mayLogIn(request.headers.authorization, options)) {
    options.log('winrm: a login was refused')
    response.writeHead(401, {'WWW-Authenticate': 'Basic realm="WSMAN"'}).end()
    return
  }
  response.setHeader('Content-Type', 'application/soap+xml;charset=UTF-8')
  let messageId = ''
  try {
    const asked = readRequest(xml)
    messageId = asked.messageId
    response.end(respond(asked))
  } catch (error) {
    const reason = `The stand-in for WinRM: ${error instanceof Error ? error.message : String(error)}`
    options.log(`winrm: refused: ${JSON.stringify(reason)}`)
    response.writeHead(500).end(fault(messageId, reason))
  }
}

/** The shells that clients have open, and what their commands are answered with. */
function createShells({disk, log}: WinRmOptions): (request: ShellRequest) => string {
  const shells = new Map<string, Map<string, WinRmAnswer>>()
  const uploads: Uploads = new Map()
  const run = (command: string): WinRmAnswer => {
    const answered = answerToWinRm(command, disk, uploads)
    const {exitStatus, scripts, line, isOwn} = answered
    if (!isOwn) {
      disk.commands.push({line: command, exitStatus, scripts})
      log(`winrm: recorded by the stand-in, not run (exit ${exitStatus}): ${forLog(line)}`)
    }
    return answered
  }
  return (request) => {
    const {operation, shellId, commandId} = request
    if (operation === 'Create') {
      const id = randomUUID().toUpperCase()
      shells.set(id, new Map())
      return answer(request, bodies.Create(id))
    }
    const commands = shells.get(shellId)
    if (!commands) throw new Error('there is no such shell')
    switch (operation) {
      case 'Delete':
        shells.delete(shellId)
        return answer(request, '')
      case 'Command': {
        const id = randomUUID().toUpperCase()
        commands.set(id, run(request.command))
        return answer(request, bodies.Command(id))
      }
      case 'Receive': {
        const answered = commands.get(commandId)
        if (!answered) throw new Error('there is no such command')
        const {stdout, stderr, exitStatus} = answered
        return answer(request, bodies.Receive(commandId, stdout, Buffer.from(stderr), exitStatus))
      }
      // Nothing reads a command's input, and the signal is its end.
      default:
        if (operation === 'Signal') commands.delete(commandId)
        return answer(request, '')
    }
  }
}
