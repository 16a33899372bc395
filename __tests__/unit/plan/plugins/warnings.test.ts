import {expect, it} from '@jest/globals'
import {compareVersions, securityWarnings} from '../../../../src/plan/plugins/warnings.ts'

it.each([
  ['1.9', '1.10'],
  ['1.34', '391.ve4a_38c1b_cf4b_'],
  ['2.0-beta-4', '2.0-beta-5'],
  ['2.0-beta-5', '2.0'],
  ['2.0-alpha-7', '2.0-beta-1'],
  ['2.0-rc1', '2.0.1'],
  ['4.0.2.8', '4.0.2.10'],
  ['4.0.2', '4.0.2.8'],
  ['552.vd9cc05b8a2e1', '704.v3ce5c542825a_']
])('knows that %s comes before %s', (one, other) => {
  expect(compareVersions(one, other)).toBeLessThan(0)
  expect(compareVersions(other, one)).toBeGreaterThan(0)
})

it.each([
  ['1.0', '1.0.0'],
  ['552.vd9cc05b8a2e1', '552.vd9cc05b8a2e1'],
  ['552.vd9cc05b8a2e1', '552.va000000000000'],
  ['552.1', '552.vd9cc05b8a2e1']
])('cannot tell %s from %s', (one, other) => {
  expect(compareVersions(one, other)).toBeCloseTo(0)
})

const warned = (version: string, versions: unknown, more: object = {}): string[] =>
  securityWarnings(
    [{name: 'structs', version}],
    [{type: 'plugin', name: 'structs', message: 'XSS', url: 'u', versions, ...more}]
  )

const some =
  'The plugin structs:1.5 is among the versions up to 1.9, of which some or all have a published security problem: XSS (u)'
const may = 'The plugin structs:1.5 may have a published security problem: XSS (u)'

it.each([
  [
    'every version',
    [{pattern: '.*', lastVersion: '1.0'}],
    ['The plugin structs:1.5 has a published security problem: XSS (u)']
  ],
  ['older ones only', [{pattern: '1[.][0-4]', lastVersion: '1.4'}], []],
  ['newer ones too', [{pattern: '1[.][0-9]', lastVersion: '1.9'}], [some]],
  ['later ones only', [{pattern: '1[.][6-9]', firstVersion: '1.6', lastVersion: '1.9'}], []],
  [
    'two ranges',
    [
      {pattern: 'x', lastVersion: '1.4'},
      {pattern: 'x', lastVersion: '1.9'}
    ],
    [some]
  ],
  ['a range without an end', [{pattern: '1[.].*'}], [may]],
  ['a range of another form', [null], [may]],
  ['no version', [], []],
  ['nothing that can be read', 'x', []]
])('warns where a warning is about %s', (_, versions, expected) => {
  expect(warned('1.5', versions)).toEqual(expected)
})

it('executes no pattern', () => {
  // In JavaScript, this one would take longer than the universe has.
  expect(warned(`1.${'1'.repeat(90)}x`, [{pattern: '(1+)+[.](1+)+$', lastVersion: '0.9'}])).toEqual([])
})

it.each([
  ['of another plugin', {name: 'git'}],
  ['of Jenkins', {type: 'core'}],
  ['without a name', {name: {}}]
])('does not warn of what is %s', (_, more) => {
  expect(warned('1.5', [{pattern: '.*'}], more)).toEqual([])
})
