import {Resolver} from 'node:dns/promises'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {answerTo, createNames, serveNames} from '../../../../rehearsal/machines/nspawn/resolver.ts'

const known = new Set(['mirror.example', 'other.example'])
const names = createNames(async (name) => {
  if (name === 'broken.example') throw Object.assign(new Error('no answer'), {code: 'EAI_AGAIN'})
  if (!known.has(name)) throw Object.assign(new Error('no such name'), {code: 'ENOTFOUND'})
})
const socket = createSocket('udp4')
const resolver = new Resolver()

beforeAll(async () => {
  serveNames(socket, names)
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
})

afterAll(() => void socket.close())

it('lends each name an address of its own, and knows the name by it again', async () => {
  const [mirror = ''] = await resolver.resolve4('mirror.example')
  const [other = ''] = await resolver.resolve4('other.example')
  expect(await resolver.resolve4('MIRROR.example')).toEqual([mirror])
  expect(mirror).toMatch(/^198\.1[89]\./)
  expect([names.nameOf(mirror), names.nameOf(other)]).toEqual(['mirror.example', 'other.example'])
  expect(names.nameOf('10.93.4.2')).toBeUndefined()
})

it('answers for names that the host does not know, and for a host without a resolver', async () => {
  await expect(resolver.resolve4('nowhere.example')).rejects.toThrow('ENOTFOUND')
  await expect(resolver.resolve4('broken.example')).rejects.toThrow('ESERVFAIL')
})

it('has no IPv6 address for anybody', async () => {
  await expect(resolver.resolve6('mirror.example')).rejects.toThrow('ENODATA')
})

it('reads the address in an instance’s private name', async () => {
  expect(await resolver.resolve4('ip-10-93-4-10.eu-west-1.compute.internal')).toEqual(['10.93.4.10'])
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['an answer', Buffer.from('000081800001000000000000', 'hex')]
])('does not answer %s', async (_, query) => {
  expect(await answerTo(query, names)).toBeUndefined()
})

it('refuses a question that is cut off', async () => {
  const answer = await answerTo(Buffer.from('0007010000010000000000003f61', 'hex'), names)
  expect(answer?.toString('hex')).toBe('000781810000000000000000')
})
