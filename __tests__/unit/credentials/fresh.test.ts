import {expect, it} from '@jest/globals'
import type {AwsCredentialIdentity} from '@smithy/types'
import {keepFresh} from '../../../src/credentials/fresh.ts'
import {recordingLog} from './stand-ins.ts'

const minute = 60_000

/** A source whose keys are numbered, on a clock that the test turns; `ahead` is how much the runner's is wrong. */
function setUp(lifetimeMs: number | 'unlimited' = 60 * minute) {
  const clock = {now: 1_000_000_000_000, ahead: 0}
  const runners = () => clock.now + clock.ahead
  const log = recordingLog()
  const pending: {resolve: () => void; reject: (error: Error) => void; signal: AbortSignal}[] = []
  let n = 0
  const source = (signal: AbortSignal) =>
    new Promise<AwsCredentialIdentity>((resolve, reject) => {
      const deliver = () => {
        n += 1
        const keys = {accessKeyId: `key-${n}`, secretAccessKey: `secret-${n}`, sessionToken: `token-${n}`}
        resolve(lifetimeMs === 'unlimited' ? keys : {...keys, expiration: new Date(runners() + lifetimeMs)})
      }
      pending.push({resolve: deliver, reject, signal})
    })
  const keys = keepFresh(source, {log, owner: 'of the test', now: runners, elapsed: () => clock.now})
  const current = async () => (await keys.current()).accessKeyId
  async function first() {
    const asked = current()
    pending.shift()?.resolve()
    return asked
  }
  return {clock, log, pending, keys, current, first}
}

/** Lets what has been settled take effect. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

it('asks its source once for many at a time, and masks all three parts', async () => {
  const {pending, current, log} = setUp()
  const asked = Promise.all([current(), current(), current()])
  expect(pending).toHaveLength(1)
  pending[0]?.resolve()
  expect(await asked).toEqual(['key-1', 'key-1', 'key-1'])
  expect(log.masked).toEqual(['key-1', 'secret-1', 'token-1'])
})

it('keeps an hour of keys for fifty minutes, then answers at once and renews meanwhile', async () => {
  const {clock, pending, current, first} = setUp()
  await first()
  clock.now += 50 * minute - 1
  expect(await current()).toBe('key-1')
  expect(pending).toHaveLength(0)
  clock.now += 1
  expect(await current()).toBe('key-1')
  expect(await current()).toBe('key-1')
  expect(pending).toHaveLength(1)
  pending.shift()?.resolve()
  await settle()
  expect(await current()).toBe('key-2')
})

it('renews short sessions when a third is left', async () => {
  const {clock, pending, current, first} = setUp(15 * minute)
  await first()
  clock.now += 10 * minute - 1
  await current()
  expect(pending).toHaveLength(0)
  clock.now += 1
  await current()
  expect(pending).toHaveLength(1)
})

it('waits for new keys in the last minute', async () => {
  const {clock, pending, current, first} = setUp()
  await first()
  clock.now += 59 * minute
  const asked = current()
  pending.shift()?.resolve()
  expect(await asked).toBe('key-2')
})

it('answers with valid keys when a renewal fails, warns once, and tries again half a minute later', async () => {
  const {clock, log, pending, current, first} = setUp()
  await first()
  clock.now += 52 * minute
  await current()
  pending.shift()?.reject(new Error('no token today'))
  await settle()
  expect(await current()).toBe('key-1')
  expect(pending).toHaveLength(0)
  expect(log.lines).toEqual([expect.stringMatching(/of the test could not be renewed.*valid until 20.*no token today/)])
  clock.now += minute / 2 + 1
  expect(await current()).toBe('key-1')
  expect(pending).toHaveLength(1)
})

it('answers with valid keys even in their last minute when a renewal fails', async () => {
  const {clock, pending, current, first} = setUp()
  await first()
  clock.now += 60 * minute - 1
  const asked = current()
  pending.shift()?.reject(new Error('no'))
  expect(await asked).toBe('key-1')
})

it('answers with valid keys when a renewal hangs in their last minute', async () => {
  const {clock, pending, current, first} = setUp()
  await first()
  clock.now += 60 * minute - 2
  expect(await current()).toBe('key-1')
  expect(pending).toHaveLength(1)
})

it('tells why the last renewal failed, until one succeeds', async () => {
  const {clock, pending, keys, current, first} = setUp()
  await first()
  expect(keys.failure).toBeUndefined()
  clock.now += 61 * minute
  const asked = current()
  pending.shift()?.reject(new Error('no'))
  const failure = await asked.catch((error: unknown) => error)
  expect(failure).toMatchObject({message: 'no'})
  expect(keys.failure).toBe(failure)
  const again = current()
  pending.shift()?.resolve()
  await again
  expect(keys.failure).toBeUndefined()
})

it('rejects once the keys have expired and cannot be renewed, and recovers', async () => {
  const {clock, pending, current, first} = setUp()
  await first()
  clock.now += 61 * minute
  const asked = current()
  pending.shift()?.reject(new Error('no'))
  await expect(asked).rejects.toThrow('no')
  const again = current()
  pending.shift()?.resolve()
  expect(await again).toBe('key-2')
})

it('rejects, without a warning, when there never were keys', async () => {
  const {log, pending, current} = setUp()
  const asked = current()
  pending.shift()?.reject(new Error('denied'))
  await expect(asked).rejects.toThrow('denied')
  expect(log.lines).toEqual([])
})

it('never renews keys that do not expire', async () => {
  const {clock, pending, current, first} = setUp('unlimited')
  await first()
  clock.now += 1_000_000 * minute
  expect(await current()).toBe('key-1')
  expect(pending).toHaveLength(0)
})

it('gives up a renewal when it is closed, silently', async () => {
  const {clock, log, pending, keys, current, first} = setUp()
  await first()
  clock.now += 55 * minute
  await current()
  keys.close()
  expect(pending[0]?.signal.aborted).toBe(true)
  pending[0]?.reject(new Error('aborted'))
  await settle()
  expect(log.lines).toEqual([])
})

it('waits for no source that does not listen, once it is closed', async () => {
  const keys = keepFresh(() => new Promise(() => undefined), {log: recordingLog(), owner: 'of the test'})
  const asked = keys.current()
  keys.close()
  await expect(asked).rejects.toThrow('the session was closed')
})

it('renews in time after the runner’s clock, which was ahead, was set right', async () => {
  const {clock, pending, current, first} = setUp()
  clock.ahead = 60 * minute
  await first()
  clock.now += 10 * minute
  clock.ahead = 0
  expect(await current()).toBe('key-1')
  expect(pending).toHaveLength(0)
  clock.now += 40 * minute
  expect(await current()).toBe('key-1')
  expect(pending).toHaveLength(1)
  clock.now += 10 * minute
  const asked = current()
  pending.shift()?.resolve()
  expect(await asked).toBe('key-2')
})

it('answers with valid keys after the runner’s clock, which was behind, was set right and a renewal fails', async () => {
  const {clock, pending, current, first} = setUp()
  clock.ahead = -120 * minute
  await first()
  clock.now += 10 * minute
  clock.ahead = 0
  const asked = current()
  pending.shift()?.reject(new Error('no'))
  expect(await asked).toBe('key-1')
})

it('says when its keys expire by the runner’s clock at that moment', async () => {
  const {clock, keys, first} = setUp()
  clock.ahead = 60 * minute
  await first()
  const end = clock.now + 60 * minute
  expect((await keys.current()).expiration).toEqual(new Date(end + 60 * minute))
  clock.now += 10 * minute
  clock.ahead = 0
  expect((await keys.current()).expiration).toEqual(new Date(end))
})

it('renews early after the machine has slept, when only the runner’s clock went on', async () => {
  const {clock, pending, current, first} = setUp()
  await first()
  clock.ahead = 90 * minute
  const asked = current()
  pending.shift()?.resolve()
  expect(await asked).toBe('key-2')
})
