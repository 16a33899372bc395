import {describe, expect, it} from '@jest/globals'
import * as fc from 'fast-check'
import {code, fenced, foldedAway, idCode, text} from '../../../src/action/markdown.ts'
import {inertText} from '../../../src/lib/untrusted.ts'
import {showOnGitHub} from './github.ts'

/** Each becomes a link on GitHub where nothing is done about it. */
const linked = [
  'Sign in again at https://github.com.login.evil.example/session',
  'http://evil.example',
  'FTP://evil.example/x',
  'see HTTPS://EVIL.EXAMPLE',
  '(https://evil.example)',
  '_https://evil.example_',
  'www.evil.example',
  '*www.evil.example/a?b=c*',
  'mail root@evil.example',
  'mailto:root@evil.example',
  'xmpp:root@evil.example/x',
  '@octocat',
  'thanks,@octocat!',
  '@github/security',
  '#123',
  'fixes #1.',
  'octo-org/octo-repo#26',
  'GH-26',
  'gh-26',
  'CVE-2021-44228',
  'GHSA-jfh8-c2jp-5v3q',
  'a5c3785ed8d6a35868bc169f07e40e889087fd2e',
  'in a5c3785, later',
  'octo-org/octo-repo@a5c3785ed8d6a35868bc169f07e40e889087fd2e',
  '<https://evil.example>',
  '[a](https://evil.example)',
  '![a](https://evil.example/x.png)',
  '[a]: https://evil.example',
  '<a href="https://evil.example">a</a>',
  '`https://evil.example`',
  '``` https://evil.example',
  '</code>https://evil.example',
  '</pre> @octocat',
  '&#64;octocat',
  '&commat;octocat',
  '&#35;1',
  'https&colon;//evil.example',
  'a | https://evil.example | b',
  '$\\href{https://evil.example}{a}$',
  '\\https://evil.example',
  'https:\u200b//evil.example'
]

const places: readonly [name: string, put: (value: string) => string][] = [
  ['a cell', (value) => `| | |\n|---|---|\n| Why | ${text(value)} |\n`],
  ['code in a cell', (value) => `| | |\n|---|---|\n| Why | ${code(value)}<br>${idCode(value)} |\n`],
  ['a line', (value) => `Smoke test of ${text(value)} 1.0 s · ${code(value)}\n`],
  ['a block', (value) => `a line\n\n${fenced(value)}\n\nanother line\n`],
  ['what is folded away', (value) => `${foldedAway('The console', fenced(value))}\nanother line\n`]
]

const own = new Set('br code details p pre span summary table tbody td th thead tr'.split(' '))

describe.each(places)('in %s', (_, put) => {
  it.each(linked)('shows %j, and makes no link of it', (value) => {
    const shown = showOnGitHub(put(value))
    expect(shown.links).toEqual([])
    expect(shown.text).toContain(inertText(value))
    expect(shown.elements.filter((element) => !own.has(element))).toEqual([])
  })

  it('makes no link of whatever is put together of these', () => {
    const pieces = fc.constantFrom(
      ...linked,
      ...'@#:/.`~|<>&\\*_[]()!-$ \n'.split(''),
      'www',
      '//',
      'evil.example',
      '123',
      'abcdef0'
    )
    fc.assert(
      fc.property(fc.array(pieces, {maxLength: 12}), (list) => {
        const shown = showOnGitHub(put(list.join('')))
        expect(shown.links).toEqual([])
        expect(shown.elements.filter((element) => !own.has(element))).toEqual([])
      }),
      {numRuns: 150}
    )
  })
})

it('is judged by a GitHub that makes links', () => {
  const missed = linked.slice(0, 22).filter((value) => showOnGitHub(value).links.length === 0)
  expect(missed).toEqual([])
})

it('leaves ids and names as they are, to be copied', () => {
  for (const id of ['ami-0bbbbbbbbbbbbbbbb', 'jenkins-2.568.2-20261122012345-0123', 'eu-west-1']) {
    expect(code(id)).toBe(`<code>${id}</code>`)
  }
  expect(idCode('123456789012')).toBe('<code>123456789012</code>')
  expect(idCode('0123456789ab')).toBe('<code>0123456789ab</code>')
  expect(text('a5c3785ed8')).toBe('a5c378<span></span>5ed8')
})

it('ends a block with a fence that the lines cannot have', () => {
  const block = fenced('a\n```\nb\n`````\n')
  expect(block).toBe('``````text\na\n```\nb\n`````\n``````')
  expect(showOnGitHub(`${block}\n\n# ours\n`).elements).toEqual(['pre', 'code', 'h1'])
})

it('bounds what it shows', () => {
  expect(text('i'.repeat(5_000))).toBe(`${'i'.repeat(500)}…`)
  expect(fenced('line\n'.repeat(50_000)).split('\nline')).toHaveLength(10_001)
})
