import {deflateRawSync} from 'node:zlib'
import {expect, it} from '@jest/globals'
import {fromRecord, recorded} from '../../../../src/plan/contents/record.ts'

const plugins = (count: number) =>
  Object.fromEntries(
    Array.from({length: count}, (_, n) => [`plugin some-plugin-${n * 7919}`, `${n}.${(n * 104_729) % 997}.v${n * 31}`])
  )

it.each([0, 1, 20])('reads back what it has written of %d plugins, in parts that fit into tags', (count) => {
  const contents = {Jenkins: '2.568.2', 'the template': 'a'.repeat(32), ...plugins(count)}
  const parts = recorded(contents)
  expect(parts.every((part) => part.length <= 256)).toBe(true)
  expect(fromRecord(parts)).toEqual(contents)
})

it('writes nothing that would take too many tags', () => {
  expect(recorded(plugins(400))).toEqual([])
})

const packed = (text: string) => deflateRawSync(text).toString('base64url')

it.each([
  ['nothing', []],
  ['no archive', ['???']],
  ['half of one', [recorded({Jenkins: '2.568.2'})[0]?.slice(0, 8) ?? '']],
  ['no JSON', [packed('{')]],
  ['no object', [packed('["a"]')]],
  ['other values', [packed('{"a": 1}')]],
  ['more than it reads', [packed(JSON.stringify({a: 'a'.repeat(200_000)}))]]
])('reads nothing of %s', (_, parts) => {
  expect(fromRecord(parts)).toBeUndefined()
})
