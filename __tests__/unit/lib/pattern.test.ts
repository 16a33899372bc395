import {expect, it} from '@jest/globals'
import {awsCauses} from '../../../src/aws/errors/causes.ts'
import {connectionRules} from '../../../src/packer/diagnosis/connection.ts'
import {machineRules, scriptFailed} from '../../../src/packer/diagnosis/scripts.ts'
import {imageUnknown, templateRules} from '../../../src/packer/diagnosis/template.ts'
import {either, fits, inOneLine, inOrder, partsOf} from '../../../src/lib/pattern.ts'

it('finds parts that follow one another, in all of a text or in one line', () => {
  const texts = ['a 1 b', 'a 1\nb', 'b 1 a', 'a a b b', 'ab']
  expect(texts.map((text) => inOrder(/a /, / ?b/).test(text))).toEqual([true, true, false, true, false])
  expect(texts.map((text) => inOneLine(/a /, / ?b/).test(text))).toEqual([true, false, false, true, false])
})

it('finds no part in what belongs to the one before', () => {
  expect(inOrder(/aba/, /ab/).test('aba b')).toBe(false)
  expect(inOrder(/aba/, /ab/).test('abaab')).toBe(true)
})

it('finds one of several', () => {
  const pattern = either(/x/, inOrder(/a/, /b/))
  expect(['x', 'ab', 'ba'].map((text) => pattern.test(text))).toEqual([true, true, false])
  expect(partsOf(pattern).map(({source}) => source)).toEqual(['x', 'a', 'b'])
})

it.each([
  ['a-*-c', 'a-b-c', true],
  ['a-*-c', 'a-c', false],
  ['*b*', 'abc', true],
  ['a*bc*c', 'abc', false],
  ['abc', 'abcd', false],
  ['*', '', true],
  ['a?c', 'abc', undefined]
])('compares %s with %s: %s', (pattern, name, expected) => {
  expect(fits(pattern, name)).toBe(expected)
})

const rules = [...awsCauses, ...connectionRules, ...templateRules, imageUnknown, ...machineRules, scriptFailed]

it.each(rules.map(({id, pattern}) => [id, partsOf(pattern)] as const))(
  'looks for the cause %s without going through a text once for each beginning in it',
  (_, parts) => {
    const anyLength = /(?:\.|\[\\s\\S\])[*+]/
    // One that begins with ^ has one beginning.
    expect(parts.filter(({source}) => anyLength.test(source) && !source.startsWith('^')).map(String)).toEqual([])
  }
)
