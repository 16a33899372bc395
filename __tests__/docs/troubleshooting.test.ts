import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {slug} from 'github-slugger'
import {awsCauses} from '../../src/aws/errors/causes.ts'
import {jenkinsFailures} from '../../src/smoke/jenkins-failure.ts'
import {connectionRules} from '../../src/packer/diagnosis/connection.ts'
import {machineRules, scriptFailed} from '../../src/packer/diagnosis/scripts.ts'
import {imageUnknown, templateRules} from '../../src/packer/diagnosis/template.ts'
import {troubleshooting, type Advice} from '../../src/lib/advice.ts'
import {sourceMessages, sourceTexts} from './messages.ts'

const messages = sourceMessages()
const page = readFileSync(join(import.meta.dirname, '..', '..', troubleshooting), 'utf8')
const quotes = [...page.matchAll(/^> (.+)$/gm)].map(([, quote = '']) => quote)
const advice: readonly Advice[] = [
  ...awsCauses,
  ...connectionRules,
  ...templateRules,
  imageUnknown,
  ...machineRules,
  scriptFailed,
  ...jenkinsFailures
]
/** Entries whose messages are put together from what several calls said. */
const composedEntries = ['preflight-denied', 'preflight-refused', 'left-in-the-account']

/**
 * Errors whose message has no text of its own where they are made, and how many a file has: they pass on a message that is
 * made elsewhere, or put one together from texts of which the page quotes the first.
 */
const composed: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'composed.json'), 'utf8')
) as Record<string, number>

/** A quote gives a message's fixed parts in their order, and leaves out its values and perhaps its end. */
function fits(quote: string, message: string): boolean {
  let at = 0
  for (const part of quote.split('…').map((text) => text.trim())) {
    at = message.indexOf(part, at)
    if (at === -1) return false
    at += part.length
  }
  return quote.replaceAll(/…|\W/g, '').length >= 8
}

it.each(messages.flatMap(({file, text}) => (text === undefined ? [] : [[file, text] as const])))(
  'the page has an entry for the message of %s: %s',
  (_, text) => {
    expect(quotes.filter((quote) => fits(quote, text))).not.toEqual([])
  }
)

it('knows every place where a message is put together', () => {
  const found: Record<string, number> = {}
  for (const {file, text} of messages) if (text === undefined) found[file] = (found[file] ?? 0) + 1
  expect(found).toEqual(composed)
})

const texts = [...sourceTexts(), ...messages.flatMap(({text}) => text ?? [])]
it.each(quotes)('the page quotes a message that there is: %s', (quote) => {
  expect(texts.some((text) => fits(quote, text))).toBe(true)
})

it.each(advice.map((entry) => [entry.id, entry] as const))(
  'the page has the entry %s as it is in the code',
  (_, entry) => {
    expect(page).toContain(`### <a id="${entry.id}"></a>${entry.title}\n\n${entry.cause}\n\n${entry.change}\n`)
  }
)

it('has no entry twice and none of a cause that is gone', () => {
  const anchors = [...page.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)
  expect([...anchors].toSorted()).toEqual([...advice.map(({id}) => id), ...composedEntries].toSorted())
})

it('links to entries and sections that there are', () => {
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, id = '']) => id)
  const sections = new Set([...page.matchAll(/^## (.+)$/gm)].map(([, title = '']) => slug(title)))
  expect(links.filter((id) => !sections.has(id) && !page.includes(`<a id="${id}">`))).toEqual([])
})
