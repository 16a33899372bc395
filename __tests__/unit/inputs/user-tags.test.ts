import {expect, it} from '@jest/globals'
import {parseTags} from '../../../src/inputs/user-tags.ts'

it('reads a line for each tag', () => {
  expect(parseTags('team = build tools\n\nformula=a=b+c\nempty=\r\nmaß=gro\u0308ße')).toEqual({
    team: 'build tools',
    formula: 'a=b+c',
    empty: '',
    maß: 'größe'
  })
})

it('takes every character that EC2 takes', () => {
  expect(parseTags('a&b (c)=*;,"<{x}>|%$#!?~^\'\\`[]')).toEqual({'a&b (c)': '*;,"<{x}>|%$#!?~^\'\\`[]'})
  expect(parseTags('owner=👩‍💻 日本')).toEqual({owner: '👩‍💻 日本'})
})

it.each([
  ['no equals sign', /expected lines of the form KEY=VALUE/],
  ['=value', /expected lines of the form KEY=VALUE/],
  ['a={{env "PATH"}}', /and without \{\{/],
  ['a=b\0', /control character/],
  [`${'k'.repeat(129)}=v`, /128 characters/],
  [`k=${'v'.repeat(257)}`, /its value at most 256/],
  ['AWS:cost=1', /are reserved/],
  ['bake-jenkins-ami:bake=1', /are reserved/],
  ['a=1\na=2', /has the key "a" twice/],
  [Array.from({length: 41}, (_, i) => `k${i}=v`).join('\n'), /has 41 tags; at most 40/]
])('refuses %j', (text, message) => {
  expect(() => parseTags(text)).toThrow(message)
})
