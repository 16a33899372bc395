import {setTimeout as sleep} from 'node:timers/promises'
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import {expect, it} from '@jest/globals'
import {anyOf, poll, timeLimit} from '../../../src/lib/wait.ts'

it('looks again until there is something', async () => {
  const answers = [undefined, undefined, 'found']
  expect(await poll(() => Promise.resolve(answers.shift()), {signal: AbortSignal.timeout(300_000), firstMs: 1})).toBe(
    'found'
  )
})

it('ends with the reason of its signal', async () => {
  const controller = new AbortController()
  const look = (): Promise<undefined> => {
    controller.abort(new Error('cancelled'))
    return Promise.resolve(undefined)
  }
  await expect(poll(look, {signal: controller.signal})).rejects.toThrow('cancelled')
})

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

it('has the time be up although nobody listens and nothing else holds on to it', async () => {
  const limits = [timeLimit(20), timeLimit(20, [new AbortController().signal]), anyOf(timeLimit(20))]
  // Signals that were made in this turn are held on to until its end.
  await sleep(0)
  collectGarbage()
  await sleep(60)
  collectGarbage()
  expect(limits.map(({aborted}) => aborted)).toEqual([true, true, true])
  expect(limits[0]?.reason).toMatchObject({name: 'TimeoutError'})
})

it('aborts with the first of others, for its reason, and holds no time', async () => {
  const other = new AbortController()
  const limit = timeLimit(10_000, [new AbortController().signal, other.signal])
  expect(limit.aborted).toBe(false)
  other.abort('enough')
  expect(limit.reason).toBe('enough')
  expect(timeLimit(10_000, [other.signal]).reason).toBe('enough')
  expect(anyOf(other.signal).reason).toBe('enough')
})

it('is over for the reason that is given', async () => {
  const limit = timeLimit(1, [], () => new Error('too long'))
  await new Promise((resolve) => limit.addEventListener('abort', resolve))
  expect(limit.reason).toMatchObject({message: 'too long'})
})
