import {expect, it} from '@jest/globals'
import {poll} from '../src/wait.ts'

it('looks again until there is something', async () => {
  const answers = [undefined, undefined, 'found']
  expect(await poll(() => Promise.resolve(answers.shift()), {signal: AbortSignal.timeout(5_000), firstMs: 1})).toBe(
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
