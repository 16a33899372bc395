import {createServer, type IncomingMessage, type RequestListener, type ServerResponse} from 'node:http'
import {createServer as createTlsServer} from 'node:https'
import {connect, type AddressInfo, type Socket} from 'node:net'
import {endServer, listenLocally} from '../../rehearsal/host/local-server.ts'
import {selfSigned} from '../../rehearsal/host/self-signed.ts'

export interface Request {
  readonly host: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
}

export interface InternetBehindProxy {
  /** For `HTTPS_PROXY` and `HTTP_PROXY`. */
  readonly url: string
  /** The authority that signed for every host behind the proxy, in PEM. */
  readonly authority: string
  /** `host:port` of each tunnel that was asked for. */
  readonly tunnels: string[]
  /** What came through the tunnels, and in the clear. */
  readonly requests: Request[]
  close(): Promise<void>
}

export type Answering = (request: Request, response: ServerResponse, body: string) => void

/**
 * Stands in for the internet behind a company's proxy: a forward proxy on 127.0.0.1 that leads every host to `answer`, with a
 * certificate of its own, as proxies have that look into TLS.
 *
 * @param hosts the names that the certificate is for
 */
export async function startInternetBehindProxy(
  hosts: readonly string[],
  answer: Answering
): Promise<InternetBehindProxy> {
  const certificate = await selfSigned(hosts)
  const tunnels: string[] = []
  const requests: Request[] = []
  const listener: RequestListener = (incoming, response) => {
    let body = ''
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()))
    incoming.on('end', () => {
      // In the clear, a proxy is asked for a whole URL.
      const url = new URL(incoming.url ?? '', `https://${incoming.headers.host}`)
      const request = {host: url.host, path: `${url.pathname}${url.search}`, headers: incoming.headers}
      requests.push(request)
      answer(request, response, body)
    })
  }
  const secure = createTlsServer(certificate, listener)
  const proxy = createServer(listener)
  const sockets = new Set<Socket>()
  proxy.on('connect', (request, client: Socket) => {
    tunnels.push(request.url ?? '')
    const upstream = connect((secure.address() as AddressInfo).port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
  })
  await listenLocally(secure)
  return {
    url: `http://127.0.0.1:${await listenLocally(proxy)}`,
    authority: certificate.cert,
    tunnels,
    requests,
    async close() {
      sockets.forEach((socket) => socket.destroy())
      await Promise.all([secure, proxy].map(endServer))
    }
  }
}
