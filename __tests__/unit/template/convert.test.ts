import {expect, it} from '@jest/globals'
import {converted, typeOf} from '../../../src/template/convert.ts'
import {readExpression} from '../../../src/template/syntax.ts'
import {unknown, type Value} from '../../../src/template/value.ts'

// As Packer 1.16 converts them.
it.each<[string, Value, Value]>([
  ['string', 1.5, '1.5'],
  ['string', true, 'true'],
  ['string', ['a'], unknown],
  ['string', null, null],
  ['string', 2 ** 60, unknown],
  ['number', '3', 3],
  ['number', '1e2', 100],
  ['number', '+5', 5],
  ['number', '.5', 0.5],
  ['number', '5.', 5],
  ['number', '010', 10],
  ['number', '0x10', unknown],
  ['number', '5e', unknown],
  ['number', '', unknown],
  ['number', ' 3', unknown],
  ['number', true, unknown],
  ['bool', 'true', true],
  ['bool', '1', true],
  ['bool', 'false', false],
  ['bool', '0', false],
  ['bool', 'yes', unknown],
  ['bool', 1, unknown],
  ['any', 'true', 'true'],
  ['list(string)', [1, true, null, unknown], ['1', 'true', null, unknown]],
  ['list(string)', 'a', unknown],
  ['list(any)', [1, 'a', true], ['1', 'a', 'true']],
  ['list(any)', [1, 2], [1, 2]],
  ['list(any)', [1, true], unknown],
  ['set(string)', ['b', 'a', 'b', 1], ['1', 'a', 'b']],
  ['set(number)', ['10', 9, 10], [9, 10]],
  ['map(string)', {prod: true, level: 1}, {prod: 'true', level: '1'}],
  ['map(any)', {a: 1, b: 'x'}, {a: '1', b: 'x'}],
  ['map(bool)', {a: 'true'}, {a: true}],
  ['map(string)', ['a'], unknown],
  ['tuple([string, number])', [1, '2'], ['1', 2]],
  ['tuple([string])', [1, 2], unknown],
  ['object({r = string, f = bool})', {r: 1, f: 'true', more: 3}, {r: '1', f: true}],
  ['object({r = string})', {}, unknown],
  ['object({r = string})', 'a', unknown],
  ['object({f = optional(bool, true), n = optional(number)})', {f: null}, {f: true, n: null}],
  ['list(object({f = optional(bool, "1")}))', [{f: '0'}, {}], [{f: false}, {f: true}]]
])('makes a value of the type %s of %p', (type, value, result) => {
  expect(converted(value, readExpression(type))).toEqual(result)
})

it.each<[Value, Value, Value]>([
  ['x', 1, '1'],
  [true, 'false', false],
  [3, '4', 4],
  [{a: 'x'}, {a: true}, {a: 'true'}],
  [['x'], [1], ['1']],
  [[], ['a', 1], ['a', 1]],
  [{}, {a: 1}, {a: 1}],
  [null, 1, 1],
  [unknown, 1, 1]
])('knows the type that the default %p gives to %p', (fallback, value, result) => {
  expect(converted(value, typeOf(fallback))).toEqual(result)
})
