import {createServer, type Socket} from 'node:net'
import {once} from 'node:events'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface Listener {
  /** Stops listening and destroys every connection. Resolves when the port is free. */
  close(): Promise<void>
}

/** The security groups' answer for one new connection. */
export type Allows = (port: number, sourceAddress: string) => boolean

/**
 * Listens behind security groups, which have no say in what comes from the machine itself. A real group drops packets, so the client runs into a connect timeout; the kernel completes
 * a TCP handshake before this process hears of it, so here the connection is closed at once, without a byte.
 *
 * @throws the `listen` error of node:net (EADDRINUSE, EACCES, …)
 */
export async function listen(
  endpoint: Endpoint,
  allows: Allows,
  onConnection: (socket: Socket) => void
): Promise<Listener> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const source = socket.remoteAddress ?? ''
    if (source !== endpoint.address && !allows(endpoint.port, source)) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.setNoDelay(true)
    onConnection(socket)
  })
  server.listen(endpoint.port, endpoint.address)
  await once(server, 'listening')
  return {
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    }
  }
}
