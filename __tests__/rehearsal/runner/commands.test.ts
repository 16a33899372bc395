import {expect, it} from '@jest/globals'
import {parseCommand} from '../../../rehearsal/runner/commands.ts'

it('reads a command with properties and decodes both', () => {
  expect(parseCommand('::error title=a%3Ab%2Cc,file=x=y::50%25 of%0Ait')).toEqual({
    name: 'error',
    properties: {title: 'a:b,c', file: 'x=y'},
    data: '50% of\nit'
  })
})

it('does not decode twice', () => {
  expect(parseCommand('::debug::%250A')?.data).toBe('%0A')
})

it('accepts white space before the command, and nothing else', () => {
  expect(parseCommand('  \t::add-mask::secret')?.data).toBe('secret')
  expect(parseCommand('x ::add-mask::secret')).toBeUndefined()
})

it('finds the old form anywhere in a line', () => {
  expect(parseCommand('==> provisioner: ##[add-mask]secret')).toEqual({
    name: 'add-mask',
    properties: {},
    data: 'secret'
  })
  expect(parseCommand('##[set-output name=a%3Bb;]1')?.properties).toEqual({name: 'a;b'})
})

it('leaves unknown names and unfinished commands as text', () => {
  for (const line of ['::unknown::x', '::error', '##[unknown]x', '##[error', '::', '']) {
    expect(parseCommand(line)).toBeUndefined()
  }
})

it('knows the token that ends stop-commands', () => {
  expect(parseCommand('::a-token::', 'a-token')?.name).toBe('a-token')
})
