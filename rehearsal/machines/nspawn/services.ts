import type {Server as HttpServer} from 'node:http'
import type {Server, Socket} from 'node:net'
import {metadataAddress, type MachineNetwork} from './network.ts'
import {createNames, serveNames} from './resolver.ts'
import {connectOut, portsOut} from './way-out.ts'

export interface Services {
  /** Lets one more server listen, on a free port of the gateway's. Returns its host and port. */
  readonly serve: (server: HttpServer) => Promise<string>
  close(): void
}

/** What machines find in their network: the metadata service, a resolver, and the way out to the world's web servers. */
export async function startServices(
  network: MachineNetwork,
  metadata: HttpServer,
  log: (line: string) => void
): Promise<Services> {
  const names = createNames()
  const resolver = await network.listenUdp(53)
  serveNames(resolver, names)

  const open = new Set<Socket>()
  const track = (socket: Socket): void => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  const receive = (socket: Socket, port: number): void => {
    track(socket)
    const to = socket.localAddress
    if (to === undefined) return void socket.destroy()
    const name = names.nameOf(to)
    if (to === metadataAddress && port === 80) metadata.emit('connection', socket)
    else if (name === undefined) socket.destroy()
    else void connectOut(socket, name, port, log)
  }
  const servers: Server[] = []
  for (const port of portsOut) {
    const server = await network.listenTcp(port)
    server.on('connection', (socket) => receive(socket, port))
    servers.push(server)
  }
  return {
    async serve(server) {
      const listening = await network.listenTcp(0)
      servers.push(listening)
      listening.on('connection', (socket) => {
        track(socket)
        server.emit('connection', socket)
      })
      const address = listening.address()
      if (address === null || typeof address === 'string') throw new Error('the machines’ network gave out no port')
      return `${network.gateway}:${address.port}`
    },
    close() {
      resolver.close()
      for (const server of servers) server.close()
      for (const socket of open) socket.destroy()
    }
  }
}
