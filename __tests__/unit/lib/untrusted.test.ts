import {describe, expect, it} from '@jest/globals'
import {inertLines, inertText} from '../../../src/lib/untrusted.ts'

/** What the runner does to a line: `::` commands after trimming, `##[` anywhere (actions/runner, ActionCommand.cs). */
function runnerSeesCommand(line: string): boolean {
  return line.trimStart().startsWith('::') || line.includes('##[')
}

const attempts = [
  '::set-output name=ami-id::ami-666',
  '   ::add-mask::x',
  'harmless\n::error::x',
  'harmless\r::error::x',
  'a\u2028::error::x',
  'a\u0085::error::x',
  '\u001b[31m::error::x',
  '\u001b]0;title\u0007::error::x',
  'text ##[error]x',
  '#\u001b[0m#[error]x',
  '#\u0000#[error]x',
  '#\u200b#[error]x',
  '\ufeff::error::x'
]

describe.each(attempts)('%j', (text) => {
  it('is no command when it is quoted', () => {
    const lines = inertLines(text, 'packer │ ')
    expect(lines.filter(runnerSeesCommand)).toEqual([])
    expect(lines.every((line) => line.startsWith('packer │ '))).toBe(true)
  })

  it('is no command inside a text of ours', () => {
    expect(inertText(text).split(/\r|\n/).filter(runnerSeesCommand)).toEqual([])
  })
})

it('repairs broken UTF-16, drops terminal sequences and empty lines, and bounds the length', () => {
  expect(inertLines('a\ud800b\n\n\n\u001b[1mbold\u001b[0m\tend', '> ')).toEqual(['> a\ufffdb', '> bold end'])
  const [long = ''] = inertLines('x'.repeat(1_000_000), '')
  expect(long.length).toBeLessThan(4_100)
  expect(long).toContain('(1000000 characters)')
})

it('leaves an ordinary sentence as it is', () => {
  expect(inertText('Launched i-1 :: from ami-2')).toBe('Launched i-1 :: from ami-2')
})

it('splits where the runner does, and shows the marks that stand before a command', () => {
  expect(inertLines('10%\r20%\r\n30%', '> ')).toEqual(['> 10%', '> 20%', '> 30%'])
  expect(inertText('\u034f::error::x')).toBe('│ \u034f::error::x')
})

it.each([
  ['a colour', 'a\u001b[1;31mb\u009b0mc', 'abc'],
  ['a title', 'a\u001b]0;title\u0007b\u009d0;title\u009cc', 'abc'],
  ['a link', 'a\u001b]8;;https://example.org\u001b\\b', 'ab'],
  ['a device control', 'a\u001bP1$r0m\u001b\\b', 'ab'],
  ['a character set', 'a\u001b(Bb\u001b7c', 'abc'],
  ['a title without an end, which hides nothing', 'a\u001b]0;title\nb', 'a0;title'],
  ['a colour without an end', 'a\u001b[1;', 'a1;']
])('takes out %s', (_, text, expected) => {
  expect(inertLines(text, '')[0]).toBe(expected)
})

it('takes out control characters and what directs a reading, which could hide or break a mark', () => {
  expect(inertLines('a\u0000b\u0008c\u200bd\u202ee\u00adf\u007f', '│ ')).toEqual(['│ abcdef'])
  expect(inertLines('##\u0000[error]x', '│ ')).toEqual(['│ ##\u200b[error]x'])
})
