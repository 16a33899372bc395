import {once} from 'node:events'
import type {Server as HttpServer} from 'node:http'
import type {AddressInfo, Server} from 'node:net'

/**
 * Lets a server listen on 127.0.0.1 alone.
 *
 * @param port 0 takes a free one
 * @returns the port
 * @throws the `listen` error of node:net, such as EADDRINUSE
 */
export async function listenLocally(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Ends a server with all of its connections. */
export async function endServer(server: Pick<HttpServer, 'close' | 'closeAllConnections'>): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
}
