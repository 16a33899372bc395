import {expect, it} from '@jest/globals'
import type {Call} from '../../../rehearsal/cloud/calls.ts'
import {triggerAt} from '../../../rehearsal/trials/triggers.ts'

const call = (nth: number, by: Call['by'] = 'action'): Call => ({
  n: nth,
  service: 'ec2',
  action: 'RunInstances',
  nth,
  by,
  status: 0
})

it('comes with the arrival of its call and of no other', () => {
  const {signal, onArrival, pending} = triggerAt('RunInstances#2')
  onArrival(call(1))
  expect(pending()).toBe('RunInstances#2')
  onArrival(call(2))
  expect(signal.aborted).toBe(true)
  expect(pending()).toBeUndefined()
})

it('comes with the answer to its call where it says so', () => {
  const {signal, onArrival, onAnswered} = triggerAt('packer:RunInstances:after')
  const [own, others] = [call(2, 'packer'), call(1)]
  for (const arrived of [others, own]) onArrival(arrived)
  onAnswered(others)
  expect(signal.aborted).toBe(false)
  onAnswered(own)
  expect(signal.aborted).toBe(true)
})

it('never comes where none is asked for', () => {
  const {signal, onArrival, onAnswered, pending} = triggerAt(undefined)
  onArrival(call(1))
  onAnswered(call(1))
  expect([signal.aborted, pending()]).toEqual([false, undefined])
})

it('is refused for a moment that there is none of', () => {
  expect(() => triggerAt('RunInstances#1:during')).toThrow('is no call')
})
