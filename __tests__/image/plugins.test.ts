import {createHash} from 'node:crypto'
import {expect, it} from '@jest/globals'
import {listStandIns, standInPlugins, updateCenterFiles} from '../../rehearsal/jenkins/update-center.ts'
import type {ReadBytes} from '../../src/http.ts'
import type {WantedPlugin} from '../../src/image/pluginList.ts'
import {resolvePlugins} from '../../src/image/plugins.ts'
import {recordingLog} from '../recordingLog.ts'

const signal = new AbortController().signal
const files = updateCenterFiles()
const updateCenterUrl = 'https://updates.example.org'

function center(replaced: Readonly<Record<string, string>> = {}) {
  const asked: string[] = []
  const readBytes: ReadBytes = async (url) => {
    const path = url.slice(updateCenterUrl.length + 1)
    asked.push(path)
    const name = path.replace(/\?.*/, '')
    const file = replaced[name] ?? files.get(name)
    if (file === undefined) throw new Error('it answered 404')
    return Buffer.from(file)
  }
  return {readBytes, asked, log: recordingLog()}
}

const resolve = (plugins: readonly WantedPlugin[], there = center(), jenkinsVersion = '2.568.2') =>
  resolvePlugins({plugins, jenkinsVersion, updateCenterUrl}, there, signal)

it('takes the newest for this Jenkins, and all that it depends on, with the checksums of the archives', async () => {
  const there = center()
  const plugins = await resolve([{name: 'git'}], there)
  expect(plugins.map(({name, version}) => `${name}:${version}`)).toEqual([
    'credentials:1419.v2337d1ceceef',
    'git:5.7.0',
    'git-client:6.3.2',
    'scm-api:704.v3ce5c542825a_',
    'structs:350.v3b_30f09f2363'
  ])
  for (const {name, version, sha256} of plugins) {
    const archive = files.get(`download/plugins/${name}/${version}/${name}.hpi`) ?? ''
    expect(sha256).toBe(createHash('sha256').update(archive).digest('hex'))
  }
  expect(there.asked).toEqual(['update-center.json?version=2.568.2'])
})

it('takes an older version where one is asked for, also of what others depend on', async () => {
  const there = center()
  const plugins = await resolve(
    [
      {name: 'git', version: '5.2.0'},
      {name: 'git-client', version: '4.0.0'}
    ],
    there
  )
  expect(plugins.map(({name, version}) => `${name}:${version}`)).toEqual([
    'credentials:1419.v2337d1ceceef',
    'git:5.2.0',
    'git-client:4.0.0',
    'structs:350.v3b_30f09f2363'
  ])
  expect(there.asked).toEqual(['update-center.json?version=2.568.2', 'current/plugin-versions.json'])
})

it.each([
  [{name: 'gitt'}, /^Input 'jenkins-plugins': .* has no plugin gitt$/],
  [{name: 'credential'}, /has no plugin credential; is it one of credentials\?/],
  [{name: 'git', version: '1.0'}, /has no version 1\.0 of git; the newest is 5\.7\.0/],
  [{name: 'constructor'}, /has no plugin constructor/]
])('says that there is no %j', async (plugin, message) => {
  await expect(resolve([plugin])).rejects.toThrow(message)
})

it('says that a plugin needs a newer Jenkins', async () => {
  await expect(resolve([{name: 'git'}], center(), '2.479.1')).rejects.toThrow(
    "Input 'jenkins-plugins': git:5.7.0 needs Jenkins 2.504.3, and this bake installs 2.479.1"
  )
})

it('names the plugin whose dependency is not there', async () => {
  const others = listStandIns(standInPlugins.filter(({name}) => name !== 'structs'))
  const plugins = updateCenterFiles(others).get('update-center.json')
  await expect(resolve([{name: 'credentials'}], center({'update-center.json': String(plugins)}))).rejects.toThrow(
    'credentials depends on structs, which https://updates.example.org does not have'
  )
})

it('warns of security problems of the very version', async () => {
  const warning = {type: 'plugin', name: 'structs', message: 'XSS', url: 'https://jenkins.example.org/1'}
  const document = {
    plugins: {structs: {version: '1', sha256: Buffer.alloc(32).toString('base64')}},
    warnings: [
      {...warning, versions: [{pattern: '1|2'}]},
      {...warning, message: 'another', versions: [{pattern: '0[.].*'}]},
      {...warning, message: 'unreadable', versions: [{pattern: '('}]}
    ]
  }
  const there = center({'update-center.json': JSON.stringify(document)})
  await resolve([{name: 'structs'}], there)
  expect(there.log.lines).toEqual([
    'warning: The plugin structs:1 has a published security problem: XSS (https://jenkins.example.org/1)',
    expect.stringContaining('unreadable')
  ])
})

it.each([
  ['not JSON', '<html>', /update-center\.json\?version=2\.568\.2 could not be read: .*'jenkins-update-center-url'/],
  ['of another kind', 'null', /it lists no plugins/],
  ['without a checksum', '{"plugins": {"git": {"version": "1"}}}', /has no SHA-256 checksum for the plugin "git:1"/],
  [
    'hostile',
    JSON.stringify({plugins: {git: {version: '1"\noutput=/etc/x', sha256: Buffer.alloc(32).toString('base64')}}}),
    /has no SHA-256 checksum/
  ]
])('refuses an update center that is %s', async (_, document, message) => {
  await expect(resolve([{name: 'git'}], center({'update-center.json': document}))).rejects.toThrow(message)
})
