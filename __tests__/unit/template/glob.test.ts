import {expect, it} from '@jest/globals'
import {fitsGlob} from '../../../src/template/glob.ts'

it.each([
  ['amazon-ebs.own', 'amazon-ebs.own', true],
  ['amazon-ebs.own', 'amazon-ebs.other', false],
  ['*', '', true],
  ['*.own', 'n.amazon-ebs.own', true],
  ['**.own', 'amazon-ebs.own', true],
  ['amazon-*.o*', 'amazon-ebs.own', true],
  ['amazon-*.o*x', 'amazon-ebs.own', false],
  ['amazon-ebs.prod-?', 'amazon-ebs.prod-1', true],
  ['amazon-ebs.prod-?', 'amazon-ebs.prod-', false],
  ['amazon-ebs.prod-?', 'amazon-ebs.prod-12', false],
  ['?', '😀', true],
  ['a[bc]d', 'abd', true],
  ['a[bc]d', 'aed', false],
  ['a[!bc]d', 'aed', true],
  ['a[!bc]d', 'abd', false],
  ['a[b-d]', 'ac', true],
  ['a[b-d]', 'ae', false],
  ['a[!b-d]', 'ae', true],
  ['{prod,dev}-1', 'dev-1', true],
  ['{prod,dev}-1', 'test-1', false],
  ['a{b*,c}', 'abcd', true],
  [String.raw`a\[1\]`, 'a[1]', true],
  [String.raw`a\*`, 'ab', false],
  [String.raw`a\*`, 'a*', true],
  ['(a+)', '(a+)', true],
  [' amazon-ebs.own', 'amazon-ebs.own', false]
])('%s and %s: %j', (pattern, name, expected) => {
  expect(fitsGlob(pattern, name)).toBe(expected)
})

it.each(['a[b', 'a{b', 'a}', 'a{,b}', '[a-]', '[ab-d]', '{a,{b,c}}', 'a]', 'a\\', '{0,1,2,3,4,5,6,7,8,9}'.repeat(4)])(
  'does not know what %s means',
  (pattern) => {
    expect(fitsGlob(pattern, 'a')).toBeUndefined()
  }
)

it('is quick with many stars', () => {
  expect(fitsGlob('a*'.repeat(200), `${'a'.repeat(500)}b`)).toBe(true)
  expect(fitsGlob(`${'a*'.repeat(200)}c`, 'a'.repeat(500))).toBe(false)
})
