import {once} from 'node:events'
import {createServer, get} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterAll, expect, it} from '@jest/globals'
import {debug, showDebug} from '../../../src/lib/debug.ts'

const shown: string[] = []
let stop = (): void => undefined
afterAll(() => stop())

it('makes no message that nobody wants to see', () => {
  debug(() => {
    throw new Error('it was made')
  })
})

it('shows what it is told, once somebody wants it', () => {
  stop = showDebug((message) => shown.push(message))
  debug(() => 'Ledger {}')
  expect(shown).toEqual(['Ledger {}'])
})

it('shows each request with its status, and without its query', async () => {
  const server = createServer((_, response) => response.writeHead(404).end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const {port} = server.address() as AddressInfo
  const [response] = await once(get(`http://127.0.0.1:${port}/file?signature=s3cret`), 'response')
  await once(response.resume(), 'end')
  server.close()
  expect(shown.at(-1)).toMatch(new RegExp(`^HTTP GET http://127\\.0\\.0\\.1:${port}/file: 404 after \\d+ ms$`))
})

it('shows why a request got no answer', async () => {
  const request = get('http://127.0.0.1:1/')
  await once(request, 'error').catch(() => undefined)
  expect(shown.at(-1)).toMatch(/^HTTP GET http:\/\/127\.0\.0\.1:1\/: ECONNREFUSED after \d+ ms$/)
})
