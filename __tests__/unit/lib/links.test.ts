import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {linksIn, withLinks, withPage} from '../../../src/lib/links.ts'

const root = join(import.meta.dirname, '../../..')
const env = {GITHUB_ACTION_REPOSITORY: 'octo/bake-jenkins-ami', GITHUB_ACTION_REF: 'v1'}
const beginning = 'https://github.com/octo/bake-jenkins-ami/blob/v1/'

it('gives the address of each page in the version that is in use', () => {
  expect(withLinks('Allow it; iam/permissions.json has it.\nSee docs/troubleshooting.md#denied.', env)).toBe(
    `Allow it; ${beginning}iam/permissions.json has it.\nSee ${beginning}docs/troubleshooting.md#denied.`
  )
  expect(linksIn(['docs/networks.md, docs/networks.md', 'no page'], env)).toEqual([
    {page: 'docs/networks.md', url: `${beginning}docs/networks.md`}
  ])
  const enterprise = {...env, GITHUB_SERVER_URL: 'https://git.example.com'}
  expect(withLinks('docs/templates.md', enterprise)).toContain('https://git.example.com/octo/')
})

it.each([
  {},
  {GITHUB_ACTION_REPOSITORY: '', GITHUB_ACTION_REF: ''},
  {...env, GITHUB_ACTION_REF: 'v1)![x](http://evil'},
  {...env, GITHUB_SERVER_URL: 'javascript:x'}
])('leaves the pages as they are where the address is not known: %j', (unknown) => {
  expect(withLinks('docs/networks.md', unknown)).toBe('docs/networks.md')
  expect(linksIn(['docs/networks.md'], unknown)).toEqual([])
})

it('leaves the files of a user alone', () => {
  const message = 'docs/setup.md, iam/mine.json, a/docs.md, /docs/networks.mdx'
  expect(withLinks(message, env)).toBe(message)
})

it.each([
  ["Input 'a': x\nInput 'b': y", "Input 'a': x\nInput 'b': y\nSee docs/troubleshooting.md#inputs."],
  ['It stopped.', 'It stopped.\nSee docs/troubleshooting.md.'],
  ['It stopped.\nSee docs/troubleshooting.md#denied.', 'It stopped.\nSee docs/troubleshooting.md#denied.'],
  ['docs/networks.md lists the servers.', 'docs/networks.md lists the servers.']
])('ends a message with a page, if it names none: %j', (message, shown) => {
  expect(withPage(message)).toBe(shown)
})

it('names the page where it is still shown, and whatever a program has printed', () => {
  const long = `first\n${'x'.repeat(4_000)}`
  expect(withPage(long)).toBe(`first\nSee docs/troubleshooting.md.\n${'x'.repeat(4_000)}`)
  expect(withPage('It stopped.\nPacker said:\nsee docs/templates.md')).toMatch(/\nSee docs\/troubleshooting\.md\.$/)
})

it('knows every page that a message in src/ names', () => {
  const sources = readdirSync(join(root, 'src'), {recursive: true, encoding: 'utf8'}).filter((name) =>
    name.endsWith('.ts')
  )
  const named = sources.flatMap((name) => {
    const strings = readFileSync(join(root, 'src', name), 'utf8').replace(/^ *(\/\*\*|\*|\/\/).*$/gm, '')
    return strings.match(/\b(?:docs|iam)\/[a-z-]+\.(?:md|json)/g) ?? []
  })
  const pages = [...new Set(named)]
  expect(pages.length).toBeGreaterThan(8)
  expect(pages.filter((page) => !existsSync(join(root, page)))).toEqual([])
  expect(pages.filter((page) => withLinks(page, env) === page)).toEqual([])
})
