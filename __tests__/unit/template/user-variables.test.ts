import {expect, it} from '@jest/globals'
import {variableLines} from '../../../src/template/user-variables.ts'

it('takes everything behind the first equals sign', () => {
  expect(variableLines('a=1\r\n  b = x = "y" \n\nempty=\nc-d=${path.root} \\n $(id)')).toEqual({
    a: '1',
    b: ' x = "y" ',
    empty: '',
    'c-d': '${path.root} \\n $(id)'
  })
})

it('takes the names that Packer takes', () => {
  expect(variableLines('größe=y\nmy.var=y\n2nd=y\n_x=y')).toEqual({größe: 'y', 'my.var': 'y', '2nd': 'y', _x: 'y'})
})

it.each([
  ['a+b=s3cret', /line 1/],
  ['a=1\ns3cret', /line 2 is not of the form name=value/],
  ['=s3cret', /line 1/],
  ['a b=s3cret', /line 1/],
  ['a=1\na=s3cret', /"a" is given twice/],
  ['a={{env `s3cret`}}', /"a" has a value with \{\{ in it/]
])('refuses %j and shows no value', (text, message) => {
  expect(() => variableLines(text)).toThrow(message)
  expect(() => variableLines(text)).not.toThrow(/s3cret/)
})
