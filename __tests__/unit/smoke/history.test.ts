import {expect, it} from '@jest/globals'
import {withState, type Seen} from '../../../src/smoke/history.ts'

const booting = {state: 'booting', detail: 'refused'} as const

it('notes when Jenkins was first seen in a state', () => {
  const states = [booting, {...booting, detail: 'reset'}, {state: 'starting', detail: 'getting ready'}] as const
  const history = states.reduce<readonly Seen[]>((seen, state, index) => withState(seen, state, index), [])
  expect(withState(history, {state: 'ready', version: '2.568.2'}, 40)).toEqual([
    {seconds: 0, state: 'booting', detail: 'refused'},
    {seconds: 2, state: 'starting', detail: 'getting ready'},
    {seconds: 40, state: 'ready', detail: 'version 2.568.2'}
  ])
})

it('keeps the last changes of one that goes to and fro', () => {
  let history: readonly Seen[] = []
  for (let n = 0; n < 100; n += 1) {
    history = withState(history, n % 2 === 0 ? booting : {state: 'starting', detail: 'x'}, n)
  }
  expect(history).toHaveLength(20)
  expect(history.at(-1)?.seconds).toBe(99)
})
