import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {text} from 'node:stream/consumers'
import type {ArrivedRequest} from './auth/sigv4.ts'
import type {Answer} from './protocol/encode.ts'

export interface LocalServer {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  close(): Promise<void>
}

/** Serves on 127.0.0.1 alone; port 0 takes a free one. */
export async function serve(port: number, answer: (request: ArrivedRequest) => Promise<Answer>): Promise<LocalServer> {
  const server = createServer((request, response) => {
    void respond(request, response, answer)
  })
  await listen(server, port)
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

/** A caller that is gone before the answer is ready changes nothing: the call is carried out, as AWS would. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: ArrivedRequest) => Promise<Answer>
) {
  try {
    const {status, headers, body} = await answer(await readRequest(request))
    response.writeHead(status, {...headers, 'content-length': Buffer.byteLength(body)}).end(body)
  } catch {
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

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}
