import {spawnSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import GithubSlugger from 'github-slugger'
import {describe, expect, it} from '@jest/globals'

const root = join(import.meta.dirname, '../..')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'iam/README.md',
  'rehearsal/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
]
const read = (page: string): string => readFileSync(join(root, page), 'utf8')
const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '')

/** The anchors of a page, as GitHub makes them of its headings, and those that it sets itself. */
function anchorsOf(page: string): Set<string> {
  const slugger = new GithubSlugger()
  const text = withoutCode(read(page))
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    slugger.slug(title.replace(/<[^>]+>/g, '').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1'))
  )
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)])
}

/** The links of a page that lead nowhere in this repository. */
function brokenLinks(page: string): string[] {
  const text = withoutCode(read(page))
  const targets = [
    ...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
    ...[...text.matchAll(/(?:src|srcset|href)="([^"]+)"/g)].map(([, target = '']) => target)
  ]
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#', 2)
    const file = path === '' ? page : relative(root, join(root, dirname(page), path))
    if (file.startsWith('..') || !existsSync(join(root, file))) return true
    const isPage = statSync(join(root, file)).isFile() && file.endsWith('.md')
    return anchor !== undefined && isPage && !anchorsOf(file).has(anchor)
  })
}

describe.each(pages)('%s', (page) => {
  it('has links that lead somewhere', () => {
    expect(brokenLinks(page)).toEqual([])
  })

  it('has commands that a shell can read', () => {
    const blocks = [...read(page).matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block)
    const problems = blocks.map((input) => spawnSync('bash', ['-n'], {input, encoding: 'utf8'}).stderr)
    expect(problems.filter((problem) => problem !== '')).toEqual([])
  })
})

it('can be read in a few minutes: the README has at most 1,800 words', () => {
  expect(read('README.md').trim().split(/\s+/).length).toBeLessThanOrEqual(1_800)
})

it('is reached from the README: each page of docs/', () => {
  const text = read('README.md')
  const named = (page: string): boolean => text.includes(`(${page}`)
  const fromThere = pages.filter((page) => page.startsWith('docs/') && named(page))
  const reached = new Set(fromThere)
  for (const page of fromThere) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([\w-]+\.md)/g)) reached.add(`docs/${target}`)
  }
  expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([])
})
