import {once} from 'node:events'
import {createServer} from 'node:http'
import {connect, type AddressInfo, type Socket} from 'node:net'
import {expect, it} from '@jest/globals'
import {keepAnswering} from '../../src/credentials/connections.ts'

it('ends the oldest of too many connections on which nothing comes', async () => {
  const server = createServer()
  const connections = keepAnswering(server, {silenceMs: 600_000})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  const sockets: Socket[] = []
  const ended: Socket[] = []
  try {
    for (let n = 0; n < 100; n += 1) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.on('close', () => ended.push(socket))
      await once(socket, 'connect')
      sockets.push(socket)
    }
    while (ended.length < 36) await new Promise((resolve) => setImmediate(resolve))
    expect(new Set(ended)).toEqual(new Set(sockets.slice(0, 36)))
  } finally {
    connections.close()
    sockets.forEach((socket) => socket.destroy())
    server.close()
  }
})
