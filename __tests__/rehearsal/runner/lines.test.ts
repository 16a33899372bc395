import {expect, it} from '@jest/globals'
import {splitLines} from '../../../rehearsal/runner/lines.ts'

function split(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line))
  for (const chunk of chunks) splitter.push(Buffer.from(chunk))
  splitter.end()
  return lines
}

it('ends lines at LF, CR LF and a lone CR', () => {
  expect(split('a\nb\r\nc\rd\n\n')).toEqual(['a', 'b', 'c', 'd', ''])
})

it('takes a CR LF that comes in two pieces as one line end', () => {
  expect(split('a\r', '\nb')).toEqual(['a', 'b'])
  expect(split('a\r', 'b\r')).toEqual(['a', 'b'])
})

it('puts characters together that come in two pieces', () => {
  const bytes = Buffer.from('ä\n')
  expect(split(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['ä'])
})
