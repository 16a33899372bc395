import {expect, it} from '@jest/globals'
import {onFirstWithCapacity} from '../../src/ec2/capacity.ts'
import {UserError} from '../../src/report/errors.ts'
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

it('tries no other type after another failure', async () => {
  const denied = () => Promise.reject(new Error('denied'))
  await expect(onFirstWithCapacity(['a', 'b'], recordingLog(), denied)).rejects.toThrow('denied')
})

it('names every type that it tried when there is none for any, and leaves the error of a single type as it is', async () => {
  const fail = () => Promise.reject(noCapacity)
  await expect(onFirstWithCapacity(['t3.medium', 'm7i.large'], recordingLog(), fail)).rejects.toThrow(
    /^No machine could be launched: AWS has no capacity for t3\.medium, m7i\.large .*'instance-types'/s
  )
  await expect(onFirstWithCapacity(['t3.medium'], recordingLog(), fail)).rejects.toBe(noCapacity)
})

it('knows a build that failed for want of capacity by its diagnosis, not by what its machine printed', async () => {
  const tried: string[] = []
  const failWith = (error: Error) => (type: string) => {
    tried.push(type)
    return type === 'a' ? Promise.reject(error) : Promise.resolve(type)
  }
  const build = new UserError('The build failed.', {id: 'no-capacity'})
  expect(await onFirstWithCapacity(['a', 'b'], recordingLog(), failWith(build))).toBe('b')
  const forged = new UserError('The machine said: InsufficientInstanceCapacity')
  await expect(onFirstWithCapacity(['a', 'b'], recordingLog(), failWith(forged))).rejects.toBe(forged)
  expect(tried).toEqual(['a', 'b', 'a'])
})

it('goes by the diagnosis of a build, not by its words, which may quote the machine', async () => {
  const failing = (error: Error) => (type: string) => (type === 'a' ? Promise.reject(error) : Promise.resolve(type))
  const diagnosed = new UserError('no capacity', {id: 'no-capacity'})
  await expect(onFirstWithCapacity(['a', 'b'], recordingLog(), failing(diagnosed))).resolves.toBe('b')
  const quoting = new UserError('A script failed:\nInsufficientInstanceCapacity', {id: 'script-failed'})
  await expect(onFirstWithCapacity(['a', 'b'], recordingLog(), failing(quoting))).rejects.toBe(quoting)
})
