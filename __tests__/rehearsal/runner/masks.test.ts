import {expect, it} from '@jest/globals'
import {createMasks} from '../../../rehearsal/runner/masks.ts'

it('hides a value in each of its forms', () => {
  const masks = createMasks()
  masks.add('s3cr"t/+ä')
  const base64 = Buffer.from('s3cr"t/+ä').toString('base64')
  for (const form of ['s3cr"t/+ä', base64, 's3cr\\"t/+ä', 's3cr%22t%2F%2B%C3%A4']) {
    expect(masks.apply(`<${form}>`)).toBe('<***>')
  }
})

it('hides every line of a value of several lines', () => {
  const masks = createMasks()
  masks.add('first\r\nsecond')
  expect(masks.apply('the second, then the first')).toBe('the ***, then the ***')
})

it('makes one mask of values that overlap', () => {
  const masks = createMasks()
  masks.add('abcd')
  masks.add('cdef')
  expect(masks.apply('abcdef.abcd')).toBe('***.***')
})

it('leaves everything else as it is', () => {
  const masks = createMasks()
  masks.add('')
  masks.add('secret')
  expect(masks.apply('$& nothing $1')).toBe('$& nothing $1')
})
