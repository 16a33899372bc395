import {expect, it} from '@jest/globals'
import {documentOf} from '../../../../rehearsal/trials/matrix/document.ts'
import type {Result} from '../../../../rehearsal/trials/matrix/result.ts'
import {bystandersOf, lineOf, sentenceOf} from '../../../../rehearsal/trials/matrix/table.ts'

const result = (cell: string, more: Partial<Result> = {}): Result => ({
  section: 'faults',
  cell,
  ending: 'verified',
  exitCode: 0,
  seconds: 3.4,
  leftovers: 0,
  bystanders: {instance: 100, 'key-pair': 50},
  touched: 0,
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
  const page = documentOf([{packer: '1.16.0', subject: 'shipped', results}])
  expect(page).toContain('## Faults, Packer 1.16.0')
  expect(page).toContain('6 runs: 1 wrong outcomes, 1 leftovers, 0 look-alikes touched.')
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
    '10 runs, 1 in which the call never came: 1 wrong outcomes, 1 leftovers, 0 look-alikes touched'
  )
})

it('says what stood beside each run, by the run that had least of it', () => {
  const sparse = result('packer:CreateImage#1=denied', {bystanders: {instance: 7}, touched: 2})
  expect(bystandersOf(results)).toBe('100 instances, 50 key pairs')
  expect(bystandersOf([...results, sparse])).toBe('7 instances, 0 key pairs')
  expect(sentenceOf([sparse])).toMatch(/2 look-alikes touched$/)
  expect(documentOf([{packer: '1.16.0', subject: 'shipped', results}])).toContain(
    'At least\n100 instances, 50 key pairs.'
  )
})

const swept = (cell: string, more: Partial<Result> = {}): Result =>
  result(cell, {section: 'swept', lostAt: 'packer:CreateImage#1:after', ending: 'swept', ...more})

it('has a table of the sweeps for each place where a bake was lost', () => {
  const sweeps = [
    swept('action:DeleteVolume#1=denied*', {ending: 'failed', exitCode: 1, seconds: 40}),
    swept('action:DeleteVolume#1=killed-after', {ending: 'ended', exitCode: 137}),
    swept('action:DeleteVolume#1=silent'),
    swept('action:DescribeImages#1=silent', {lostAt: 'action:Probe#1', wrong: 'left'})
  ]
  const page = documentOf([{packer: '1.16.0', subject: 'shipped', results: sweeps}])
  expect(page).toContain('### Lost at packer:CreateImage#1:after')
  expect(page).toContain('| Call | denied* | killed-after | silent |')
  expect(page).toContain('| DeleteVolume#1 | ✗ 40 s | ✗ 3 s | ✓ 3 s |')
  expect(page).toContain('### Lost at action:Probe#1')
  expect(page).toContain('| DescribeImages#1 | **wrong** 3 s |')
  expect(page).toContain('- `denied*`: a policy does not allow the call, from there on every time')
  expect(lineOf(sweeps[0] as Result)).toBe(
    '✓ failed    40.0 s  0 left  lost at packer:CreateImage#1:after, then action:DeleteVolume#1=denied*'
  )
})
