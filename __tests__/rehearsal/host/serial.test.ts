import {expect, it} from '@jest/globals'
import {serial} from '../../../rehearsal/host/serial.ts'

it('begins each piece of work when the one before has ended, well or not', async () => {
  const inTurn = serial()
  const events: string[] = []
  const work = (name: string, outcome: () => string) => async () => {
    events.push(`${name} begins`)
    await Promise.resolve()
    events.push(`${name} ends`)
    return outcome()
  }
  const failing = inTurn(
    work('first', () => {
      throw new Error('no')
    })
  )
  const working = inTurn(work('second', () => 'done'))
  await expect(failing).rejects.toThrow('no')
  await expect(working).resolves.toBe('done')
  expect(events).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
})
