import {expect, it} from '@jest/globals'
import {once} from 'node:events'
import type {FreshKeys} from '../../../src/credentials/fresh.ts'
import {signalOfLoss} from '../../../src/credentials/loss.ts'
import {UserError} from '../../../src/lib/errors.ts'

/** Keys whose time runs with each look at the clock: two minutes left of an hour at the third. */
function keysOf(failure: unknown, minutesLeft: number[]) {
  const now = 1_000_000_000_000
  let looks = 0
  const keys: FreshKeys = {
    failure,
    close() {},
    async current() {
      const left = minutesLeft[Math.min(looks++, minutesLeft.length - 1)] ?? 0
      return {accessKeyId: 'a', secretAccessKey: 's', expiration: new Date(now + left * 60_000)}
    }
  }
  return {keys, now: () => now, looks: () => looks}
}

it('is aborted when the keys are about to expire and cannot be renewed', async () => {
  const {keys, now} = keysOf(new Error('the trust is gone'), [0.03, 0.02, 0.001])
  const lost = signalOfLoss(keys, now)
  await once(lost, 'abort')
  expect(lost.reason).toBeInstanceOf(UserError)
  expect(lost.reason).toMatchObject({
    message: expect.stringMatching(/^The AWS keys of this run could not be renewed .* the trust is gone$/)
  })
})

it('is not aborted while there is time left, although a renewal has failed', async () => {
  const {keys, now, looks} = keysOf(new Error('no token today'), [0.03, 0.02, 0.02])
  const lost = signalOfLoss(keys, now)
  while (looks() < 3) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(lost.aborted).toBe(false)
})

it('looks no further at keys that do not expire', async () => {
  let looks = 0
  const keys: FreshKeys = {
    failure: undefined,
    close() {},
    current: async () => {
      looks += 1
      return {accessKeyId: 'a', secretAccessKey: 's'}
    }
  }
  const lost = signalOfLoss(keys)
  await new Promise((resolve) => setImmediate(resolve))
  expect([looks, lost.aborted]).toEqual([1, false])
})
