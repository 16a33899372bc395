import {expect, it} from '@jest/globals'
import {parseKeyValueFile} from '../../../rehearsal/runner/file-commands.ts'

it('reads single lines and blocks', () => {
  expect(parseKeyValueFile('a=1=2\nb<<END\nx\n\ny=<<z\nEND\n\nempty=\nnone<<E\nE\n')).toEqual({
    a: '1=2',
    b: 'x\n\ny=<<z',
    empty: '',
    none: ''
  })
})

it('takes the later of two values', () => {
  expect(parseKeyValueFile('a=1\r\na=2\r\n')).toEqual({a: '2'})
})

it.each([
  ['word', "Invalid format 'word'"],
  ['=x', "Invalid format '=x'. Name must not be empty"],
  ['a<<\nx', "Invalid format 'a<<'. Name must not be empty and delimiter must not be empty"],
  ['a<<END\nx', "Invalid value. Matching delimiter not found 'END'"]
])('refuses %j', (text, message) => {
  expect(() => parseKeyValueFile(text)).toThrow(message)
})
