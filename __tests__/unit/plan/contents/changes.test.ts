import {expect, it} from '@jest/globals'
import {changesBetween} from '../../../../src/plan/contents/changes.ts'

const digest = 'a'.repeat(32)
const other = 'b'.repeat(32)

it.each<[Record<string, string>, Record<string, string>, string[]]>([
  [{Jenkins: '2.568.2'}, {Jenkins: '2.568.2'}, []],
  [{Jenkins: '2.568.1'}, {Jenkins: '2.568.2'}, ['Jenkins 2.568.1 → 2.568.2']],
  [{'source image': 'ami-1'}, {'source image': 'ami-2'}, ['source image ami-1 → ami-2']],
  [{}, {'volume-size': '20'}, ['volume-size none → 20']],
  [{'packer-args': '-only=a b'}, {}, ['packer-args "-only=a b" → none']],
  [{'the template': digest}, {'the template': other}, ['the template changed']],
  [{}, {'setup-script': digest}, ['setup-script changed']],
  [
    {'plugin git': '5.6', 'plugin old': '1', Java: '21'},
    {'plugin git': '5.7', 'plugin new': '2', Java: '25'},
    ['Java 21 → 25', '3 plugins: git 5.6 → 5.7, new none → 2, old 1 → none']
  ],
  [{'plugin git': '5.6'}, {'plugin git': '5.7'}, ['1 plugin: git 5.6 → 5.7']]
])('from %j to %j: %j', (before, now, expected) => {
  expect(changesBetween(before, now)).toEqual(expected)
})

it('names ten plugins and counts the rest', () => {
  const plugins = Object.fromEntries(Array.from({length: 12}, (_, n) => [`plugin p${n}`, '1']))
  expect(changesBetween({}, plugins)).toEqual([expect.stringMatching(/^12 plugins: p0 none → 1, .*, and 2 more$/)])
})

it('shows what tags of others say as text', () => {
  expect(changesBetween({Jenkins: '<b>\n::error::x'}, {Jenkins: '2'})).toEqual(['Jenkins "<b>\\n::error::x" → 2'])
})
