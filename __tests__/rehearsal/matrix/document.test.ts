import {expect, it} from '@jest/globals'
import {documentOf} from '../../../rehearsal/matrix/document.ts'
import type {Result} from '../../../rehearsal/matrix/play.ts'
import {lineOf, sentenceOf} from '../../../rehearsal/matrix/table.ts'

const result = (cell: string, more: Partial<Result> = {}): Result => ({
  section: 'faults',
  cell,
  ending: 'verified',
  exitCode: 0,
  seconds: 3.4,
  leftovers: 0,
  message: '',
  ...more
})
const results = [
  result('packer:CreateImage#1=throttled'),
  result('packer:CreateImage#1=denied', {ending: 'failed', exitCode: 1}),
  result('packer:StopInstances#1=throttled', {seconds: 5}),
  result('packer:StopInstances#1=denied', {ending: 'failed', exitCode: 1}),
  result('action:CreateTags#1=denied', {ending: 'failed', wrong: 'left: image ami-1', leftovers: 1}),
  result('packer:CreateImage#1=not-found*2'),
  result('action:RunInstances#1:after', {section: 'killed', ending: 'ended', seconds: 7}),
  result('action:RunInstances#2', {section: 'killed', ending: 'ended', seconds: 7}),
  result('action:RunInstances#2:after', {section: 'killed', ending: 'ended', seconds: 6})
]

it('groups the calls that end in the same way, and marks what is wrong', () => {
  const page = documentOf([{packer: '1.16.0', results}])
  expect(page).toContain('## Faults, Packer 1.16.0')
  expect(page).toContain('6 runs: 1 wrong outcomes, 1 leftovers.')
  expect(page).toContain('| Call | throttled | denied |')
  expect(page).toContain('| CreateImage#1, StopInstances#1 | ✓ 5 s | ✗ 3 s |')
  expect(page).toContain('| CreateTags#1 | **wrong** 3 s |')
  expect(page).toContain('| CreateImage#1 | not-found*2 | ✓ 3 s |')
  expect(page).toContain('| The action | RunInstances (2) | 3 | 0 | 0 | 7 s |')
})

it('says what became of a run on a line, and of all in a sentence', () => {
  expect(results.map(lineOf).slice(3, 7)).toEqual([
    '✓ failed     3.4 s  0 left  packer:StopInstances#1=denied',
    '✗ failed     3.4 s  1 left  action:CreateTags#1=denied\n    left: image ami-1',
    '✓ verified   3.4 s  0 left  packer:CreateImage#1=not-found*2',
    '✓ ended      7.0 s  0 left  killed at action:RunInstances#1:after'
  ])
  expect(sentenceOf([...results, result('action:Probe#9', {ending: 'not met'})])).toBe(
    '10 runs, 1 in which the call never came: 1 wrong outcomes, 1 leftovers'
  )
})
