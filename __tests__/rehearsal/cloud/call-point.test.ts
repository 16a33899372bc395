import {expect, it} from '@jest/globals'
import {counterOf, parseCallPoint, spellCallPoint} from '../../../rehearsal/cloud/call-point.ts'
import type {Call} from '../../../rehearsal/cloud/calls.ts'

it.each([
  ['RunInstances', {action: 'RunInstances', nth: 1}, 'RunInstances#1'],
  ['RunInstances#2', {action: 'RunInstances', nth: 2}, 'RunInstances#2'],
  ['DryRunRunInstances', {action: 'DryRunRunInstances', nth: 1}, 'DryRunRunInstances#1'],
  ['packer:CreateImage#1', {action: 'CreateImage', nth: 1, by: 'packer'}, 'packer:CreateImage#1'],
  ['action:GetIdToken', {action: 'GetIdToken', nth: 1, by: 'action'}, 'action:GetIdToken#1']
])('reads %s', (text, point, spelled) => {
  expect(parseCallPoint(text)).toEqual(point)
  expect(spellCallPoint(parseCallPoint(text))).toBe(spelled)
})

it.each(['RunInstance', 'RunInstances#0', 'terraform:RunInstances', 'RunInstances#', ''])('refuses %j', (text) => {
  expect(() => parseCallPoint(text)).toThrow(`${JSON.stringify(text)} is no call`)
})

it('counts the calls of one caller, or of all', () => {
  const calls = (['packer', 'action', 'packer'] as const).map((by, i): Call => ({
    n: i + 1,
    service: 'ec2',
    action: 'RunInstances',
    nth: i + 1,
    by,
    status: 0
  }))
  const other: Call = {n: 4, service: 'ec2', action: 'StopInstances', nth: 1, by: 'packer', status: 0}
  expect([...calls, other].map(counterOf({action: 'RunInstances'}))).toEqual([1, 2, 3, undefined])
  expect([...calls, other].map(counterOf({action: 'RunInstances', by: 'packer'}))).toEqual([1, undefined, 2, undefined])
})
