import {expect, it} from '@jest/globals'
import {onFirstWithCapacity, placesOf, type Place} from '../../../src/aws/capacity.ts'
import {UserError} from '../../../src/lib/errors.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const noCapacity = Object.assign(new Error('We currently do not have sufficient t3.medium capacity'), {
  name: 'InsufficientInstanceCapacity'
})

const types = (...names: string[]) => placesOf(names, [])

it('goes on to the next instance type when there is no capacity', async () => {
  const log = recordingLog()
  const tried: string[] = []
  const launched = await onFirstWithCapacity(types('t3.medium', 'm7i.large'), log, ({instanceType: type}) => {
    tried.push(type)
    return type === 't3.medium' ? Promise.reject(noCapacity) : Promise.resolve(type)
  })
  expect(launched).toBe('m7i.large')
  expect(tried).toEqual(['t3.medium', 'm7i.large'])
  expect(log.lines).toEqual([expect.stringMatching(/^warning: No capacity for t3\.medium; trying m7i\.large/)])
})

it('tries no other type after another failure', async () => {
  const denied = () => Promise.reject(new Error('denied'))
  await expect(onFirstWithCapacity(types('a', 'b'), recordingLog(), denied)).rejects.toThrow('denied')
})

it('names every type that it tried when there is none for any, and leaves the error of a single type as it is', async () => {
  const fail = () => Promise.reject(noCapacity)
  await expect(onFirstWithCapacity(types('t3.medium', 'm7i.large'), recordingLog(), fail)).rejects.toThrow(
    /^No machine could be launched: AWS has no capacity for t3\.medium, m7i\.large .*'instance-types'/s
  )
  await expect(onFirstWithCapacity(types('t3.medium'), recordingLog(), fail)).rejects.toBe(noCapacity)
})

it('knows a build that failed for want of capacity by its diagnosis, not by what its machine printed', async () => {
  const tried: string[] = []
  const failWith =
    (error: Error) =>
    ({instanceType: type}: Place) => {
      tried.push(type)
      return type === 'a' ? Promise.reject(error) : Promise.resolve(type)
    }
  const build = new UserError('The build failed.', {id: 'no-capacity'})
  expect(await onFirstWithCapacity(types('a', 'b'), recordingLog(), failWith(build))).toBe('b')
  const forged = new UserError('The machine said: InsufficientInstanceCapacity')
  await expect(onFirstWithCapacity(types('a', 'b'), recordingLog(), failWith(forged))).rejects.toBe(forged)
  expect(tried).toEqual(['a', 'b', 'a'])
})

it('goes by the diagnosis of a build, not by its words, which may quote the machine', async () => {
  const failing =
    (error: Error) =>
    ({instanceType: type}: Place) =>
      type === 'a' ? Promise.reject(error) : Promise.resolve(type)
  const diagnosed = new UserError('no capacity', {id: 'no-capacity'})
  await expect(onFirstWithCapacity(types('a', 'b'), recordingLog(), failing(diagnosed))).resolves.toBe('b')
  const quoting = new UserError('A script failed:\nInsufficientInstanceCapacity', {id: 'script-failed'})
  await expect(onFirstWithCapacity(types('a', 'b'), recordingLog(), failing(quoting))).rejects.toBe(quoting)
})

it('tries each type in every subnet before the next type', () => {
  expect(placesOf(['t3.medium', 'm7i.large'], ['subnet-a', 'subnet-b'])).toEqual([
    {instanceType: 't3.medium', subnetId: 'subnet-a'},
    {instanceType: 't3.medium', subnetId: 'subnet-b'},
    {instanceType: 'm7i.large', subnetId: 'subnet-a'},
    {instanceType: 'm7i.large', subnetId: 'subnet-b'}
  ])
})

const answer = (name: string, message = 'no') => Object.assign(new Error(message), {name})

it.each([
  [
    answer('InsufficientFreeAddressesInSubnet'),
    ['a in x', 'a in y'],
    /^warning: No free address for a in x; trying a in y/
  ],
  [
    answer('InvalidParameterCombination', 'The specified instance type is not eligible for Free Tier.'),
    ['a in x', 'b in x'],
    /^warning: The plan of this account does not allow a in x; trying b in x/
  ],
  [new UserError('The build failed.', {id: 'subnet-full'}), ['a in x', 'a in y'], /No free address/],
  [new UserError('The build failed.', {id: 'free-plan'}), ['a in x', 'b in x'], /The plan of this account/]
])('does not try a place that lacks the very same: %s', async (error, expected, warning) => {
  const log = recordingLog()
  const tried: string[] = []
  await onFirstWithCapacity(placesOf(['a', 'b'], ['x', 'y']), log, ({instanceType, subnetId}) => {
    tried.push(`${instanceType} in ${subnetId}`)
    return tried.length === 1 ? Promise.reject(error) : Promise.resolve()
  })
  expect(tried).toEqual(expected)
  expect(log.lines).toEqual([expect.stringMatching(warning)])
})

it('gives each try its own number, by which its launch is told from the others', async () => {
  const numbers: number[] = []
  await onFirstWithCapacity(placesOf(['a', 'b'], ['x', 'y']), recordingLog(), (_, index) => {
    numbers.push(index)
    return numbers.length === 1
      ? Promise.reject(answer('InvalidParameterCombination', 'not eligible for Free Tier'))
      : Promise.resolve()
  })
  expect(numbers).toEqual([0, 2])
})

it('leaves the error of a subnet without free addresses as it is where there is no other', async () => {
  const full = answer('InsufficientFreeAddressesInSubnet')
  const places = placesOf(['a'], ['x'])
  await expect(onFirstWithCapacity(places, recordingLog(), () => Promise.reject(full))).rejects.toBe(full)
  await expect(
    onFirstWithCapacity(placesOf(['a', 'b'], ['x']), recordingLog(), () => Promise.reject(full))
  ).rejects.toBe(full)
})

it('goes on from a zone that does not offer the type, and leaves the last one’s error as it is', async () => {
  const places = placesOf(['t3.medium'], ['subnet-a', 'subnet-b'])
  const notOffered = Object.assign(new Error('not supported in your requested Availability Zone'), {
    name: 'Unsupported'
  })
  const inSecond = ({subnetId}: Place) =>
    subnetId === 'subnet-a' ? Promise.reject(notOffered) : Promise.resolve(subnetId)
  const log = recordingLog()
  expect(await onFirstWithCapacity(places, log, inSecond)).toBe('subnet-b')
  expect(log.lines).toEqual([
    expect.stringMatching(/^warning: No capacity for t3\.medium in subnet-a; trying t3\.medium in subnet-b/)
  ])
  await expect(onFirstWithCapacity(places, log, () => Promise.reject(notOffered))).rejects.toBe(notOffered)
})
