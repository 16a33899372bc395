import {expect, it} from '@jest/globals'
import type {ReadText} from '../../../src/lib/http.ts'
import {ownCidrs} from '../../../src/plan/own-address.ts'

const never = new AbortController().signal
const answering =
  (...answers: string[]): ReadText =>
  () =>
    Promise.resolve(answers.shift() ?? '')

it('collects every address that a pool of addresses shows', async () => {
  expect(await ownCidrs(answering('203.0.113.7\n', '203.0.113.8\n', '203.0.113.7\n'), never)).toEqual([
    '203.0.113.7/32',
    '203.0.113.8/32'
  ])
})

it('is content with one good answer', async () => {
  expect(await ownCidrs(answering('<html>', '203.0.113.7', ''), never)).toEqual(['203.0.113.7/32'])
})

it('says which input to set when it cannot be learned', async () => {
  const broken = (): Promise<string> => Promise.reject(new Error('no route'))
  await expect(ownCidrs(broken, never)).rejects.toThrow(/no route.*'allowed-cidrs'/)
})
