import {expect, it} from '@jest/globals'
import {interleave} from '../../../../rehearsal/trials/bench/interleave.ts'

function contenders(order: string[]) {
  let now = 0
  const measured = (name: string) => async (): Promise<number> => {
    order.push(name)
    return ++now
  }
  return {own: measured('own'), bare: measured('bare')}
}

it('measures all in each round, with another first each time, and does not count the warm-up', async () => {
  const order: string[] = []
  const {signal} = new AbortController()
  const values = await interleave(contenders(order), {runs: 2, signal})
  expect(order).toEqual(['bare', 'own', 'own', 'bare', 'bare', 'own'])
  expect(values).toEqual({own: [3, 6], bare: [4, 5]})
})

it('tells of each round that counts', async () => {
  const done: number[] = []
  const {signal} = new AbortController()
  await interleave(contenders([]), {runs: 3, signal, onRound: (round) => done.push(round)})
  expect(done).toEqual([1, 2, 3])
})

it('measures nothing more once it is stopped', async () => {
  const order: string[] = []
  const stop = new AbortController()
  const run = interleave(contenders(order), {
    runs: 9,
    signal: stop.signal,
    onRound: () => stop.abort(new Error('stopped'))
  })
  await expect(run).rejects.toThrow('stopped')
  expect(order).toHaveLength(4)
})
