import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {closureOf, readPlugins, showpiece} from '../../../../rehearsal/jenkins/real/plugins.ts'
import {run} from '../../../../rehearsal/host/run.ts'
import {fixtures, pluginManifest, type Fixtures} from './fixtures.ts'

let files: Fixtures
beforeAll(async () => {
  files = await fixtures()
})
afterAll(() => files.remove())

const read = (folder: string) => readPlugins({path: join(files.folder, folder), by: '--jenkins-plugins'}, run)

it('reads name, version, group, core and dependencies from each manifest, whatever the file is called', async () => {
  const structs = await files.archive('good/b.jpi', pluginManifest('structs'))
  // As jar writes them: no line is longer than 72 bytes.
  const [first, second] = ['structs:350.v3b_30f09f2363,scm-api:704.v3ce5c542825a_', ';resolution:=optional']
  await files.archive('good/a.hpi', [...pluginManifest('credentials', first, '1419.v2337d1ceceef'), ` ${second}`])
  await files.text('good/README', 'is no plugin')
  expect(await read('good')).toEqual([
    {
      name: 'credentials',
      version: '1419.v2337d1ceceef',
      title: 'The credentials',
      group: 'org.example.plugins',
      requiredCore: '2.504.3',
      dependencies: [
        {name: 'structs', version: '350.v3b_30f09f2363', optional: false},
        {name: 'scm-api', version: '704.v3ce5c542825a_', optional: true}
      ],
      archive: await readFile(join(files.folder, 'good/a.hpi'))
    },
    {
      name: 'structs',
      version: '1.0',
      title: 'The structs',
      group: 'org.example.plugins',
      requiredCore: '2.504.3',
      dependencies: [],
      archive: await readFile(structs)
    }
  ])
})

it.each<[string, string, () => Promise<string>, RegExp]>([
  ['without a plugin', 'empty', () => files.text('empty/x.txt', ''), /empty: it holds no plugin, \*\.hpi or \*\.jpi$/],
  ['that is not there', 'nowhere', async () => '', /nowhere: it is no folder that can be read$/],
  [
    'with a plugin that is none',
    'broken',
    () => files.archive('broken/x.hpi', ['Manifest-Version: 1.0']),
    /broken\/x\.hpi: it is no plugin: its manifest has no Short-Name or no Plugin-Version$/
  ],
  [
    'with the same plugin twice',
    'twice',
    async () => {
      await files.archive('twice/git.hpi', pluginManifest('git'))
      return files.archive('twice/git.jpi', pluginManifest('git', '', '2.0'))
    },
    /twice\/git\.jpi: the plugin git is in this folder twice$/
  ],
  [
    'with a version that cannot be installed',
    'private',
    () => files.archive('private/git.hpi', pluginManifest('git', '', '1.0-SNAPSHOT (private-8e2fe6c)')),
    /git\.hpi: a plugin cannot be installed as 'git:1\.0-SNAPSHOT \(private-8e2fe6c\)'$/
  ]
])('refuses a folder %s', async (_, folder, make, message) => {
  await make()
  await expect(read(folder)).rejects.toThrow(message)
})

it('refuses a file in the place of a folder', async () => {
  const file = await files.archive('single/git.hpi', pluginManifest('git'))
  await expect(readPlugins({path: file, by: 'X'}, run)).rejects.toThrow(`X ${file}: it is no folder that can be read`)
})

const needing = (name: string, ...names: string[]) => ({
  name,
  dependencies: names.map((other) => ({name: other.replace('?', ''), version: '1', optional: other.endsWith('?')}))
})

it('knows what a plugin cannot do without', () => {
  const offered = [needing('a', 'b', 'x?'), needing('b', 'c'), needing('c', 'a'), needing('d', 'missing')]
  expect(closureOf('a', offered)).toEqual(['a', 'b', 'c'])
  expect(closureOf('d', offered)).toBeUndefined()
  expect(closureOf('e', offered)).toBeUndefined()
})

it.each([
  ['git, if it is complete', [needing('zzz', 'git'), needing('git', 'structs'), needing('structs')], 'git'],
  [
    'another one instead of an incomplete git, the one that brings most',
    [needing('git', 'scm-api'), needing('b'), needing('a', 'b'), needing('c')],
    'a'
  ],
  [
    'none of Configuration as Code if there is another',
    [needing('configuration-as-code', 'yaml'), needing('yaml'), needing('small')],
    'small'
  ],
  ['Configuration as Code if there is none', [needing('configuration-as-code')], 'configuration-as-code'],
  ['nothing where nothing is complete', [needing('git', 'scm-api')], undefined]
])('shows that plugins are installed by %s', (_, offered, shown) => {
  expect(showpiece(offered)).toBe(shown)
})
