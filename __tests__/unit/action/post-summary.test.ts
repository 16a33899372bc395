import {expect, it} from '@jest/globals'
import {cleanedUpSummary, leftSummary} from '../../../src/action/post-summary.ts'

const state = {
  bakeId: '0123456789ab',
  region: 'eu-west-1',
  folder: '/',
  main: {pid: 1, startTime: '1'},
  began: '2026-11-22T12:00:00.000Z'
}

it('says that a run was cut off, and that nothing is left', () => {
  const summary = cleanedUpSummary(state, {kept: [], forALook: []}, false)
  expect(summary).toMatch(/^## ⚪ Run cut off: nothing is left\n/)
  expect(summary).toContain('| Run | <code>0123456789ab</code>')
})

it('names what stays', () => {
  const summary = cleanedUpSummary(state, {kept: ['ami-0a'], forALook: ['i-0b']}, false)
  expect(summary).toContain('nothing else is left')
  expect(summary).toContain('| Kept, because it was released | <code>ami-0a</code> |')
  expect(summary).toContain('| Kept for a look, until it expires | <code>i-0b</code> |')
})

it('does not say of a run that came to its end that it was cut off', () => {
  expect(cleanedUpSummary(state, {kept: [], forALook: []}, true)).toMatch(
    /^## ⚪ Cleaned up: nothing is left\n\nThe post step has removed what the run itself could not remove\./
  )
  expect(leftSummary(state, new Error('x'), true, {})).toMatch(/^## ❌ Not cleaned up: something may be left/)
})

it('says what may be left, and why', () => {
  const error = new Error('Left in the account: volume vol-1: in use')
  expect(leftSummary(state, error, false, {})).toMatch(
    /^## ❌ Run cut off[^]*Left in the account: volume vol-1: in use/
  )
})
