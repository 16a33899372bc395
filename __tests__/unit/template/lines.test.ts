import {expect, it} from '@jest/globals'
import {keyLines, lineFinder} from '../../../src/template/lines.ts'

it('finds the line of each position', () => {
  const text = '\na\n\nbc\n'
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(lineFinder(text))).toEqual([1, 2, 2, 3, 4, 4, 4, 5])
  expect(lineFinder('')(0)).toBe(1)
})

it('finds the lines of keys, and not of values or of parts of a string', () => {
  const lineOf = keyLines(
    '{\n"first": "b",\n"x": "\\"c\\": 1",\n"b"\n : {"c" : 1},\n"caf\\u00e9": [],\n"c": 2, "__proto__": 3\n}'
  )
  expect(['first', 'b', 'c', 'café', '__proto__', 'other'].map(lineOf)).toEqual([2, 4, 5, 6, 7, 1])
})

it('finds the lines of keys in another case', () => {
  const lineOf = keyLines('{\n"Region": 1,\n"region": 2,\n"Builder\u017F": []\n}')
  expect(['region', 'Region', 'builders', 'regions'].map(lineOf)).toEqual([3, 2, 4, 1])
})
