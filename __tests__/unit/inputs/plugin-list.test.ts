import {expect, it} from '@jest/globals'
import {mkdirSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parsePlugins} from '../../../src/inputs/plugin-list.ts'

const workspace = mkdtempSync(join(tmpdir(), 'plugins-'))
writeFileSync(join(workspace, 'plugins.txt'), '# what we use\ngit:5.7.0 # for jobs\r\n\n  credentials\n')
mkdirSync(join(workspace, 'git'))

it.each([
  ['git', [{name: 'git'}]],
  [
    'git:5.7.0, credentials\nstructs:350.v3b_30f09f2363',
    [{name: 'git', version: '5.7.0'}, {name: 'credentials'}, {name: 'structs', version: '350.v3b_30f09f2363'}]
  ],
  ['git:latest git', [{name: 'git'}]],
  [' plugins.txt ', [{name: 'git', version: '5.7.0'}, {name: 'credentials'}]],
  ['', []]
])('reads %j', (text, plugins) => {
  expect(parsePlugins(text, workspace)).toEqual(plugins)
})

it('says of a long word no more than its beginning', () => {
  expect(() => parsePlugins('x'.repeat(100_000), workspace)).toThrow(/^"x{200}…" is not allowed/)
})

it.each([
  'git:1:http://example.org/x.hpi',
  '..',
  'git:$(id)',
  '{{env}}',
  'git:',
  ':1',
  'git:1\0',
  'git:"1"',
  `git:${'1'.repeat(101)}`,
  'gít'
])('refuses %j', (text) => {
  expect(() => parsePlugins(text, workspace)).toThrow(/expected a plugin as NAME or NAME:VERSION/)
})

it.each(['../secrets', 'ci/plugins.txt', 'plugins.yaml'])('says that the file %s is not there', (text) => {
  expect(() => parsePlugins(text, workspace)).toThrow(/does not exist .*actions\/checkout/)
})

it('refuses one plugin in two versions', () => {
  expect(() => parsePlugins('git:1 git:2', workspace)).toThrow('has the plugin git in two versions')
})
