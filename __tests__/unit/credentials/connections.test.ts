import {once} from 'node:events'
import {createServer} from 'node:http'
import {connect, type AddressInfo, type Socket} from 'node:net'
import {afterEach, expect, it} from '@jest/globals'
import {keepAnswering} from '../../../src/credentials/connections.ts'

const server = createServer()
const connections = keepAnswering(server, {silenceMs: 600_000})
const sockets: Socket[] = []

afterEach(() => {
  connections.close()
  sockets.forEach((socket) => socket.destroy())
  server.close()
})

it('ends the oldest of too many connections on which nothing comes', async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  const ends: Promise<unknown>[] = []
  for (let n = 0; n < 100; n += 1) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    ends.push(once(socket, 'close'))
    sockets.push(socket)
    await once(socket, 'connect')
  }
  await Promise.all(ends.slice(0, 36))
  expect(sockets.filter(({destroyed}) => !destroyed)).toHaveLength(64)
})
