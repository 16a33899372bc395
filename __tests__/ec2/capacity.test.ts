import {expect, it} from '@jest/globals'
import {onFirstWithCapacity} from '../../src/ec2/capacity.ts'
import {recordingLog} from '../recordingLog.ts'

const noCapacity = Object.assign(new Error('We currently do not have sufficient t3.medium capacity'), {
  name: 'InsufficientInstanceCapacity'
})

it('goes on to the next instance type when there is no capacity', async () => {
  const log = recordingLog()
  const tried: string[] = []
  const launched = await onFirstWithCapacity(['t3.medium', 'm7i.large'], log, (type) => {
    tried.push(type)
    return type === 't3.medium' ? Promise.reject(noCapacity) : Promise.resolve(type)
  })
  expect(launched).toBe('m7i.large')
  expect(tried).toEqual(['t3.medium', 'm7i.large'])
  expect(log.lines).toEqual([expect.stringMatching(/^warning: No capacity for t3\.medium; trying m7i\.large/)])
})

it('tries no other type after another failure, nor after the last', async () => {
  const fail = (error: Error) => () => Promise.reject(error)
  await expect(onFirstWithCapacity(['a', 'b'], recordingLog(), fail(new Error('denied')))).rejects.toThrow('denied')
  await expect(onFirstWithCapacity(['a'], recordingLog(), fail(noCapacity))).rejects.toBe(noCapacity)
})
