import {expect, it} from '@jest/globals'
import {bodyOf, get} from '../src/http.ts'
import {serve} from './credentials/stand-ins.ts'

const signal = new AbortController().signal

it('resolves with any answer and follows no redirect', async () => {
  const server = await serve((_, response) => response.writeHead(302, {location: '/other'}).end('moved'))
  const response = await get(new URL(server.url), {env: {}, signal})
  expect(response.statusCode).toBe(302)
  expect((await bodyOf(response, 100)).toString()).toBe('moved')
  await server.close()
})

it('reads no more of a body than it may', async () => {
  const server = await serve((_, response) => response.end('x'.repeat(101)))
  const response = await get(new URL(server.url), {env: {}, signal})
  await expect(bodyOf(response, 100)).rejects.toThrow('longer than the 100 bytes')
  await server.close()
})
