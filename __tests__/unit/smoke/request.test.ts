import {createServer, type RequestListener, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, expect, it} from '@jest/globals'
import {askJenkins} from '../../../src/smoke/request.ts'

const servers: Server[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close().closeAllConnections()))

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const never = new AbortController().signal

it('returns status, version and page, and follows no redirect', async () => {
  const port = await serve((request, response) => {
    response.writeHead(302, {'X-Jenkins': '2.568.2', location: '/elsewhere'}).end(request.url)
  })
  expect(await askJenkins('127.0.0.1', port, '/login', never)).toEqual({
    kind: 'http',
    status: 302,
    version: '2.568.2',
    body: '/login'
  })
})

it('returns no answer where nothing listens', async () => {
  const port = await serve(() => undefined)
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve))
  expect(await askJenkins('127.0.0.1', port, '/login', never)).toMatchObject({kind: 'none'})
})

it('reads no more of an endless page than it needs', async () => {
  const port = await serve((_, response) => {
    // The last piece that it needs is longer than what it needs of it.
    const pour = (): void => void (response.destroyed || (response.write('x'.repeat(50_000)), setImmediate(pour)))
    pour()
  })
  const answer = await askJenkins('127.0.0.1', port, '/login', never)
  expect(answer).toMatchObject({kind: 'http', body: 'x'.repeat(65_536)})
})

it('is ended by its signal', async () => {
  const port = await serve(() => undefined)
  const controller = new AbortController()
  const answer = askJenkins('127.0.0.1', port, '/login', controller.signal)
  controller.abort()
  expect(await answer).toMatchObject({kind: 'none'})
})

it('takes a connection that changes its protocol for no answer', async () => {
  const port = await serve(() => undefined)
  servers[0]?.on('connection', (socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  )
  expect(await askJenkins('127.0.0.1', port, '/login', never)).toMatchObject({kind: 'none'})
})

it.each(['2.0"; id; echo "', '2.568.2 <b>', 'latest', '2'])('takes %j for no version', async (header) => {
  const port = await serve((_, response) => response.writeHead(200, {'X-Jenkins': header}).end())
  expect(await askJenkins('127.0.0.1', port, '/login', never)).toEqual({kind: 'http', status: 200, body: ''})
})

it.each(['2.568.2', '2.570', '2.571-SNAPSHOT', '2.571-rc36580.a_b1'])('knows the version %s', async (header) => {
  const port = await serve((_, response) => response.writeHead(200, {'X-Jenkins': header}).end())
  expect(await askJenkins('127.0.0.1', port, '/login', never)).toMatchObject({version: header})
})
