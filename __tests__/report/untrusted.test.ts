import {describe, expect, it} from '@jest/globals'
import {inertLines, inertText} from '../../src/report/untrusted.ts'

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
