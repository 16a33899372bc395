import {expect, it} from '@jest/globals'
import {cellsOf, spellCell, sweepCells} from '../../../../rehearsal/trials/matrix/cells.ts'
import type {ReportedCall} from '../../../../rehearsal/trials/report.ts'

const call = (by: ReportedCall['by'], action: string): ReportedCall => ({
  n: 0,
  service: 'ec2',
  action,
  by,
  status: 200,
  errorCode: null
})
const calls = [
  call('action', 'GetIdToken'),
  call('packer', 'CreateImage'),
  ...[1, 2, 3].map(() => call('action', 'DescribeImages')),
  call('packer', 'DescribeImages'),
  call('other', 'DescribeVpcs'),
  call('action', 'Probe')
]

it('has each kind of fault befall the first and the last call of each name and caller', () => {
  const spelled = cellsOf('faults', calls).map(spellCell)
  const points = new Set(spelled.map((cell) => cell.split('=')[0]))
  expect([...points]).toEqual([
    'action:GetIdToken#1',
    'packer:CreateImage#1',
    'action:DescribeImages#1',
    'action:DescribeImages#3',
    'packer:DescribeImages#1'
  ])
  expect(spelled.filter((cell) => cell.startsWith('packer:CreateImage#1='))).toEqual(
    [
      'throttled',
      'throttled*3',
      'internal-error',
      'unavailable*3',
      'silent',
      'reset-before',
      'reset-after',
      'denied',
      'expired',
      'not-found*2'
    ].map((fault) => `packer:CreateImage#1=${fault}`)
  )
})

it('ends a run before and after every answer, and before every probe', () => {
  expect(cellsOf('killed', calls).map(spellCell)).toEqual([
    'action:GetIdToken#1',
    'action:GetIdToken#1:after',
    'packer:CreateImage#1',
    'packer:CreateImage#1:after',
    ...[1, 2, 3].flatMap((nth) => [`action:DescribeImages#${nth}`, `action:DescribeImages#${nth}:after`]),
    'packer:DescribeImages#1',
    'packer:DescribeImages#1:after',
    'action:Probe#1'
  ])
})

it('has a sweep meet what a call can meet that makes nothing, and be killed', () => {
  const sweep = [call('action', 'TerminateInstances'), call('action', 'TerminateInstances')]
  const lostAt = 'action:Probe#1'
  const spelled = sweepCells({lostAt, calls: 'first'}, sweep).map(spellCell)
  expect(spelled).toEqual(
    [
      'throttled',
      'throttled*10',
      'unavailable*3',
      'silent',
      'reset-before',
      'reset-after',
      'denied*',
      'expired',
      'killed-before',
      'killed-after'
    ].map((trial) => `action:Probe#1, then action:TerminateInstances#1=${trial}`)
  )
  const both = sweepCells({lostAt, calls: 'first and last'}, sweep).map(spellCell)
  expect(both).toHaveLength(2 * spelled.length)
  expect(both.at(-1)).toBe('action:Probe#1, then action:TerminateInstances#2=killed-after')
})
