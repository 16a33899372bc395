import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {digests} from '../../scripts/summaries/examples.ts'

const docs = join(import.meta.dirname, '../../docs')

it('shows the summaries as they are now: if not, run `npm run summaries`', () => {
  expect(JSON.parse(readFileSync(join(docs, 'images/summaries/made-of.json'), 'utf8'))).toEqual(digests())
})

it('shows each summary in light and dark', () => {
  const page = readFileSync(join(docs, 'summaries.md'), 'utf8')
  const shown = [...page.matchAll(/images\/summaries\/([\w-]+)\.png/g)].map(([, name]) => name)
  const every = Object.keys(digests()).flatMap((name) => [`${name}-dark`, `${name}-light`])
  expect(new Set(shown)).toEqual(new Set(every))
})
