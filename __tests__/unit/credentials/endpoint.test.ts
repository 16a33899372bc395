import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, openSync} from 'node:fs'
import {connect, type Socket} from 'node:net'
import {devNull} from 'node:os'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import type {AwsCredentialIdentity} from '@smithy/types'
import {serveCredentials, type CredentialsEndpoint} from '../../../src/credentials/endpoint.ts'
import {recordingLog} from './stand-ins.ts'

const clock = {now: 1_000_000_000_000, ahead: 0}
const expiration = new Date(clock.now + 3_600_000)
const first = {accessKeyId: 'ASIA1', secretAccessKey: 's1', sessionToken: 't1', expiration, accountId: '111122223333'}

let log: ReturnType<typeof recordingLog>
let next: () => Promise<AwsCredentialIdentity>
let endpoint: CredentialsEndpoint

beforeEach(async () => {
  clock.now = expiration.getTime() - 3_600_000
  clock.ahead = 0
  log = recordingLog()
  next = async () => first
  endpoint = await serveCredentials(() => next(), {log, now: () => clock.now + clock.ahead, elapsed: () => clock.now})
})
afterEach(() => endpoint.close())

const ask = (authorization = endpoint.token, url = endpoint.url, method = 'GET') =>
  fetch(url, {method, headers: {authorization}})

it('is on the loopback address, under a path and with a token that cannot be guessed', async () => {
  expect(endpoint.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}$/)
  expect(endpoint.token).toMatch(/^[\da-f]{64}$/)
  const other = await serveCredentials(() => next(), {log})
  expect(other.token).not.toBe(endpoint.token)
  await other.close()
})

it('cannot be reached at another address of this machine', async () => {
  const elsewhere = endpoint.url.replace('127.0.0.1', '127.0.0.2')
  await expect(ask(endpoint.token, elsewhere)).rejects.toThrow('fetch failed')
})

it("answers in the container credentials' form and counts", async () => {
  const response = await ask()
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({
    AccessKeyId: 'ASIA1',
    SecretAccessKey: 's1',
    Token: 't1',
    Expiration: expiration.toISOString(),
    AccountId: '111122223333'
  })
  expect(endpoint.requests()).toBe(1)
})

it('says when the keys expire by the runner’s clock, also when that was set right meanwhile', async () => {
  clock.now += 600_000
  clock.ahead = -3_600_000
  expect(await (await ask()).json()).toMatchObject({
    AccessKeyId: 'ASIA1',
    Expiration: new Date(expiration.getTime() - 3_600_000).toISOString()
  })
})

it("leaves out the expiration of keys that don't expire", async () => {
  const other = await serveCredentials(async () => ({accessKeyId: 'AKIA', secretAccessKey: 's'}), {log})
  expect(await (await ask(other.token, other.url)).json()).toEqual({
    AccessKeyId: 'AKIA',
    SecretAccessKey: 's',
    Token: ''
  })
  await other.close()
})

it.each(['', 'wrong', '0'.repeat(64)])('refuses the token %j, gives no key away and does not count', async (token) => {
  const response = await ask(token)
  expect(response.status).toBe(401)
  expect(await response.text()).not.toContain('ASIA1')
  expect(endpoint.requests()).toBe(0)
})

it('has nothing at other paths or for other methods', async () => {
  const {origin} = new URL(endpoint.url)
  expect((await ask(endpoint.token, origin)).status).toBe(404)
  expect((await ask(endpoint.token, `${endpoint.url}/`)).status).toBe(404)
  expect((await ask(endpoint.token, endpoint.url, 'PUT')).status).toBe(404)
  expect(endpoint.requests()).toBe(0)
})

it('has masked its token and the keys before anybody can ask', () => {
  expect(log.masked).toEqual(['ASIA1', 's1', 't1', endpoint.token])
})

it('masks renewed keys before it answers with them', async () => {
  clock.now += 59.5 * 60_000
  next = async () => ({
    accessKeyId: 'ASIA2',
    secretAccessKey: 's2',
    sessionToken: 't2',
    expiration: new Date(clock.now + 3_600_000)
  })
  expect(await (await ask()).json()).toMatchObject({AccessKeyId: 'ASIA2', SecretAccessKey: 's2'})
  expect(log.masked.slice(-3)).toEqual(['ASIA2', 's2', 't2'])
})

it('answers with the old key while it is valid when the renewal fails', async () => {
  clock.now += 59.5 * 60_000
  next = async () => {
    throw new Error('GitHub is down')
  }
  const response = await ask()
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({AccessKeyId: 'ASIA1'})
  expect(log.lines).toEqual([expect.stringContaining('GitHub is down')])
})

it('answers 503 with the reason when no key is valid any more', async () => {
  clock.now += 3_600_001
  next = async () => {
    throw new Error('GitHub is down\nwith details')
  }
  const response = await ask()
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({code: 'NoCredentials', message: 'GitHub is down'})
})

it('does not open when there are no first keys', async () => {
  next = () => Promise.reject(new Error('denied'))
  await expect(serveCredentials(() => next(), {log})).rejects.toThrow('denied')
})

it('is gone after it was closed', async () => {
  const other = await serveCredentials(() => next(), {log})
  await ask(other.token, other.url)
  await other.close()
  await expect(ask(other.token, other.url)).rejects.toThrow('fetch failed')
})

const open = new Set<Socket>()
afterEach(() => open.forEach((socket) => socket.destroy()))

/** A connection on which nothing is sent. */
async function connected(): Promise<Socket> {
  const socket = connect(Number(new URL(endpoint.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.on('close', () => open.delete(socket)).resume()
  open.add(socket)
  await once(socket, 'connect')
  return socket
}

it('answers whoever else holds hundreds of connections open, and holds few of them itself', async () => {
  for (let n = 0; n < 500; n += 1) await connected()
  expect((await ask()).status).toBe(200)
  while (open.size > 64) await new Promise((resolve) => setImmediate(resolve))
  expect((await ask()).status).toBe(200)
})

it('keeps no connection after its answer', async () => {
  const {headers} = await ask()
  expect(headers.get('connection')).toBe('close')
})

it('ends a connection that it answers for no newer one', async () => {
  clock.now += 59.5 * 60_000
  let renew: (keys: AwsCredentialIdentity) => void = () => undefined
  next = () => new Promise((resolve) => (renew = resolve))
  const asked = ask()
  while (endpoint.requests() === 0) await connected()
  for (let n = 0; n < 200; n += 1) await connected()
  renew({...first, accessKeyId: 'ASIA2', expiration: new Date(clock.now + 3_600_000)})
  expect(await (await asked).json()).toMatchObject({AccessKeyId: 'ASIA2'})
})

it('answers when this process may open nothing more', async () => {
  // Packer is a process of its own, and its SDK asks again.
  const script = `process.stdin.once('data', async () => {
    for (let n = 0; n < 30; n += 1) {
      // Node's fetch does not notice when a new connection is closed at once.
      const signal = AbortSignal.timeout(1_000)
      const headers = {authorization: process.env.TOKEN}
      const answer = await fetch(process.env.URL, {headers, signal}).catch(() => ({}))
      if (answer.status === 200) return console.log('answered') ?? process.exit()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    console.log('never answered')
  })
  console.log('ready')`
  const env = {URL: endpoint.url, TOKEN: endpoint.token}
  const packer = spawn(process.execPath, ['-e', script], {env, stdio: ['pipe', 'pipe', 'inherit']})
  await once(packer.stdout, 'data')
  const held: number[] = []
  try {
    for (;;) held.push(openSync(devNull, 'r'))
  } catch {
    // What the system grants is used up.
  }
  try {
    packer.stdin.write('now')
    const [said] = (await once(packer.stdout, 'data')) as [Buffer]
    expect(said.toString().trim()).toBe('answered')
  } finally {
    held.forEach((handle) => closeSync(handle))
    packer.kill()
  }
})
