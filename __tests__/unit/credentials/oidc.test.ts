import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {claimsOf, requestIdToken} from '../../../src/credentials/oidc.ts'
import {UserError} from '../../../src/lib/errors.ts'
import {claims, fakeTokenService, recordingLog, serve, unsignedJwt} from './stand-ins.ts'

let service: Awaited<ReturnType<typeof fakeTokenService>>
const signal = new AbortController().signal
const pauses: number[] = []
const pause = async (ms: number) => void pauses.push(ms)

beforeEach(async () => {
  service = await fakeTokenService()
  pauses.length = 0
})
afterEach(() => service.close())

it('asks for the audience with the request token and masks what it gets', async () => {
  const log = recordingLog()
  const token = await requestIdToken(service.env, 'sts.amazonaws.com', signal, {log, pause})
  expect(service.requests).toEqual([{url: '/token?api=2.0&audience=sts.amazonaws.com', authorization: 'Bearer bearer'}])
  expect(token).toBe(service.tokens[0])
  expect(log.masked).toEqual([token])
})

it('escapes the audience', async () => {
  await requestIdToken(service.env, 'a&b=c', signal, {log: recordingLog(), pause})
  expect(new URL(service.requests[0]?.url ?? '', service.url).searchParams.get('audience')).toBe('a&b=c')
})

it.each([
  ['both variables', {}],
  ['the token', {ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1/'}]
])('says which permission is missing without %s', async (_, env) => {
  const asked = requestIdToken(env, 'sts.amazonaws.com', signal, {log: recordingLog(), pause})
  await expect(asked).rejects.toThrow(UserError)
  await expect(asked).rejects.toThrow(/id-token: write.*forks/s)
})

it('asks again after server errors, throttling and a broken connection', async () => {
  service.failures.push(503, 429, 0)
  const token = await requestIdToken(service.env, 'x', signal, {log: recordingLog(), pause})
  expect(token).toBe(service.tokens[0])
  expect(service.requests).toHaveLength(4)
  expect(pauses).toEqual([500, 1_500, 4_000])
})

it('gives up after four attempts and says what the last answer was', async () => {
  service.failures.push(500, 500, 500, 502, 500)
  const asked = requestIdToken(service.env, 'x', signal, {log: recordingLog(), pause})
  await expect(asked).rejects.toThrow(/'x'.*502: no luck/)
  expect(service.requests).toHaveLength(4)
})

it('does not repeat what was refused', async () => {
  service.failures.push(403)
  const asked = requestIdToken(service.env, 'x', signal, {log: recordingLog(), pause})
  await expect(asked).rejects.toThrow(/403/)
  expect(service.requests).toHaveLength(1)
})

it('refuses an answer that holds no token', async () => {
  const server = await serve((_, response) => response.end('<html>sign in</html>'))
  const env = {...service.env, ACTIONS_ID_TOKEN_REQUEST_URL: server.url}
  await expect(requestIdToken(env, 'x', signal, {log: recordingLog(), pause})).rejects.toThrow(/holds no token/)
  await server.close()
})

it('ends with the reason of its signal', async () => {
  const cancel = new AbortController()
  const server = await serve(() => cancel.abort(new Error('cancelled here')))
  const env = {...service.env, ACTIONS_ID_TOKEN_REQUEST_URL: server.url}
  const asked = requestIdToken(env, 'x', cancel.signal, {log: recordingLog(), pause})
  await expect(asked).rejects.toThrow('cancelled here')
  expect(pauses).toEqual([])
  await server.close()
})

it('decodes claims', () => {
  expect(claimsOf(unsignedJwt(1))).toEqual({...claims, n: 1})
})

it.each([
  '',
  'x',
  'a.b.c',
  '..',
  `.${Buffer.from('[1]').toString('base64url')}.`,
  `.${Buffer.from('null').toString('base64url')}.`
])('finds no claims in %j', (jwt) => {
  expect(claimsOf(jwt)).toEqual({})
})
