import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {text} from 'node:stream/consumers'
import {endServer, listenLocally} from '../host/local-server.ts'
import type {ArrivedRequest} from './auth/sigv4.ts'
import {NoAnswer} from './faults/faults.ts'
import type {Answer} from './protocol/encode.ts'

export interface Reply extends Answer {
  /** Called when the answer has been sent. */
  readonly sent?: () => void
}

export interface LocalServer {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  close(): Promise<void>
}

/**
 * Serves on 127.0.0.1 alone; port 0 takes a free one.
 *
 * @param now what the answers' `Date` says: clients set their clocks by it
 */
export async function serve(
  port: number,
  answer: (request: ArrivedRequest) => Promise<Reply>,
  now: () => Date
): Promise<LocalServer> {
  // A connection that Node ends after five idle seconds can be lost to a client that uses it at that moment.
  const server = createServer({keepAliveTimeout: 0}, (request, response) => {
    response.setHeader('date', now().toUTCString())
    void respond(request, response, answer)
  })
  return {endpoint: `http://127.0.0.1:${await listenLocally(server, port)}`, close: () => endServer(server)}
}

/** A caller that is gone before the answer is ready changes nothing: the call is carried out, as AWS would. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: ArrivedRequest) => Promise<Reply>
) {
  try {
    const {status, headers, body, sent} = await answer(await readRequest(request))
    response.writeHead(status, {...headers, 'content-length': Buffer.byteLength(body)}).end(body, sent)
  } catch (error) {
    if (error instanceof NoAnswer) {
      if (error.how === 'reset') request.socket.resetAndDestroy()
      return
    }
    // The request could not be read, or its connection broke.
    response.destroy()
  }
}

async function readRequest(request: IncomingMessage): Promise<ArrivedRequest> {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => [name, [value ?? ''].flat().join(',')] as const
  )
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`),
    headers: Object.fromEntries(headers),
    body: await text(request)
  }
}
