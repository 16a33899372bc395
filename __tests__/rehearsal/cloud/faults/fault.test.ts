import {expect, it} from '@jest/globals'
import {parseFault, spellFault} from '../../../../rehearsal/cloud/faults/fault.ts'

it.each([
  ['RunInstances=throttled', 'RunInstances#1=throttled', 1],
  ['packer:CreateImage#1=unavailable*4', 'packer:CreateImage#1=unavailable*4', 4],
  ['GetIdToken#2=silent*', 'GetIdToken#2=silent*', Infinity]
])('reads %s', (text, spelled, times) => {
  const fault = parseFault(text)
  expect(fault.times ?? 1).toBe(times)
  expect(spellFault(fault)).toBe(spelled)
})

it.each([
  ['RunInstances', '"RunInstances" is no fault: expected CALL#N=KIND or CALL#N=KIND*TIMES'],
  ['RunInstances=sulking', '"sulking" cannot befall RunInstances; expected one of: throttled, internal-error'],
  ['StopInstances=no-capacity', '"no-capacity" cannot befall StopInstances'],
  ['Probe=silent', '"silent" cannot befall Probe; expected one of: none'],
  ['RunInstance=silent', '"RunInstance" is no call']
])('refuses %s', (text, message) => {
  expect(() => parseFault(text)).toThrow(message)
})
