import {expect, it} from '@jest/globals'
import {parseTags} from '../../src/image/userTags.ts'

it('reads a line for each tag', () => {
  expect(parseTags('team = build tools\n\nformula=a=b+c\nempty=\r\nmaß=größe')).toEqual({
    team: 'build tools',
    formula: 'a=b+c',
    empty: '',
    maß: 'größe'
  })
})

it.each([
  ['no equals sign', /expected lines KEY=VALUE/],
  ['=value', /expected lines KEY=VALUE/],
  ['a={{env "PATH"}}', /EC2 takes letters/],
  ['a=b\0', /EC2 takes letters/],
  [`${'k'.repeat(129)}=v`, /EC2 takes letters/],
  [`k=${'v'.repeat(257)}`, /EC2 takes letters/],
  ['AWS:cost=1', /are not yours/],
  ['bake-jenkins-ami:bake=1', /are not yours/],
  ['a=1\na=2', /has the key "a" twice/],
  [Array.from({length: 41}, (_, i) => `k${i}=v`).join('\n'), /has 41 tags; at most 40/]
])('refuses %j', (text, message) => {
  expect(() => parseTags(text)).toThrow(message)
})
