import {expect, it} from '@jest/globals'
import type {Cell} from '../../../../rehearsal/trials/matrix/cells.ts'
import {spellCell} from '../../../../rehearsal/trials/matrix/cells.ts'
import {playAll} from '../../../../rehearsal/trials/matrix/run.ts'

const cells = [1, 2, 3, 4].map((nth): Cell => ({
  section: 'killed',
  at: {action: 'RunInstances', nth},
  moment: 'before'
}))
const resultOf = (cell: Cell) => ({
  section: cell.section,
  cell: spellCell(cell),
  ending: 'ended' as const,
  exitCode: 137,
  seconds: 1,
  leftovers: 0,
  bystanders: {},
  touched: 0,
  message: ''
})

it('plays as many at a time as it may, and returns the results in their order', async () => {
  const waiting: (() => void)[] = []
  let most = 0
  const seen: string[] = []
  const all = playAll(cells, {
    play: async (cell) => {
      const release = new Promise<void>((resolve) => waiting.push(resolve))
      most = Math.max(most, waiting.length)
      // The last that may play at once lets them all go on, the latest first.
      if (waiting.length === 2) for (const go of waiting.splice(0).toReversed()) go()
      await release
      return resultOf(cell)
    },
    parallel: 2,
    signal: new AbortController().signal,
    onResult: ({cell}) => void seen.push(cell)
  })
  expect((await all).map(({cell}) => cell)).toEqual(cells.map(spellCell))
  expect(most).toBe(2)
  expect(seen.toSorted()).toEqual(cells.map(spellCell))
})

it('begins nothing more once it is stopped', async () => {
  const stop = new AbortController()
  const played = await playAll(cells, {
    play: async (cell) => {
      stop.abort()
      return resultOf(cell)
    },
    parallel: 1,
    signal: stop.signal,
    onResult: () => {}
  })
  expect(played).toHaveLength(1)
})
