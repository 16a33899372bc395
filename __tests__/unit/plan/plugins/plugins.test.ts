import {createHash} from 'node:crypto'
import {Readable} from 'node:stream'
import {describe, expect, it} from '@jest/globals'
import {listStandIns, standInPlugins, updateCenterFiles} from '../../../../rehearsal/jenkins/update-center.ts'
import type {OpenFile} from '../../../../src/lib/http.ts'
import type {WantedPlugin} from '../../../../src/inputs/plugin-list.ts'
import {resolvePlugins} from '../../../../src/plan/plugins/plugins.ts'
import {recordingLog} from '../../../helpers/recording-log.ts'
import {identity, signedBy} from './jenkins-signer.ts'

const signal = new AbortController().signal
const files = updateCenterFiles()
const updateCenterUrl = 'https://updates.example.org'

function center(replaced: Readonly<Record<string, string>> = {}, base = updateCenterUrl) {
  const asked: string[] = []
  const open: OpenFile = async (url) => {
    const path = url.slice(base.length + 1)
    asked.push(path)
    const name = path.replace(/\?.*/, '')
    const file = replaced[name] ?? files.get(name)
    if (file === undefined) throw new Error('it answered 404')
    return Readable.from([Buffer.from(file)])
  }
  return {open, asked, log: recordingLog()}
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
  for (const {name, version, sha256, group} of plugins) {
    expect(group).toBe('org.jenkins-ci.plugins')
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
    "Input 'jenkins-plugins': git:5.7.0 needs Jenkins 2.504.3, but this bake installs 2.479.1"
  )
})

it('names the plugin whose dependency is not there', async () => {
  const others = listStandIns(standInPlugins.filter(({name}) => name !== 'structs'))
  const plugins = updateCenterFiles(others).get('update-center.json')
  await expect(resolve([{name: 'credentials'}], center({'update-center.json': String(plugins)}))).rejects.toThrow(
    'credentials depends on structs, which https://updates.example.org does not have'
  )
})

it('warns of security problems of what is installed, without executing patterns', async () => {
  const warning = {type: 'plugin', name: 'structs', message: 'XSS', url: 'https://jenkins.example.org/1'}
  const document = {
    plugins: {structs: {version: '1', sha256: Buffer.alloc(32).toString('base64')}},
    warnings: [
      {...warning, versions: [{pattern: '.*'}]},
      {...warning, message: 'another', versions: [{pattern: '0[.].*', lastVersion: '0.9'}]},
      {...warning, message: 'unknown', versions: [{pattern: '('}]}
    ]
  }
  const there = center({'update-center.json': JSON.stringify(document)})
  await resolve([{name: 'structs'}], there)
  expect(there.log.lines.slice(1)).toEqual([
    'warning: The plugin structs:1 has a published security problem: XSS (https://jenkins.example.org/1)',
    'warning: The plugin structs:1 may have a published security problem: unknown (https://jenkins.example.org/1)'
  ])
})

describe('signed by the Jenkins project', () => {
  const root = identity('a root', {isAuthority: true})
  const signer = identity('a signer', {issuer: root})
  const old = {name: 'git', version: '5.2.0'}
  const jsonOf = (name: string): Record<string, unknown> =>
    JSON.parse(String(files.get(name)).replace(/^updateCenter\.post\(|\);$/g, '')) as Record<string, unknown>
  const signed = Object.fromEntries(
    ['update-center.json', 'current/plugin-versions.json'].map((name) => [name, signedBy(signer, jsonOf(name))])
  )
  const from = (url: string, replaced: Readonly<Record<string, string>>, plugins: readonly WantedPlugin[] = [old]) => {
    const there = center(replaced, url)
    const request = {plugins, jenkinsVersion: '2.568.2', updateCenterUrl: url}
    return {there, resolved: resolvePlugins(request, {...there, root: root.certificate}, signal)}
  }

  it.each(['https://updates.jenkins.io', updateCenterUrl])('takes it from %s without a warning', async (url) => {
    const {there, resolved} = from(url, signed)
    expect((await resolved)[1]).toMatchObject(old)
    expect(there.log.lines).toEqual([])
  })

  const problem = /is not signed by the Jenkins project: it was changed after it was signed/
  it.each(Object.keys(signed))('takes nothing from updates.jenkins.io when %s was changed', async (name) => {
    const changed = {...signed, [name]: String(signed[name]).replace('"requiredCore"', '"requiredcore"')}
    const {there, resolved} = from('https://updates.jenkins.io', changed)
    await expect(resolved).rejects.toThrow(`https://updates.jenkins.io/${name}`)
    await expect(resolved).rejects.toThrow(problem)
    expect(there.log.lines).toEqual([])
  })

  it.each(['https://updates.jenkins.io', 'http://updates.jenkins.io', 'https://mirrors.updates.jenkins.io'])(
    'takes nothing from %s that nobody signed',
    async (url) => {
      await expect(from(url, {}).resolved).rejects.toThrow(/it has no signature\. No plugin is taken from it/)
    }
  )

  it('warns of an update center of one\u2019s own, by its address', async () => {
    for (const url of [updateCenterUrl, 'https://updates.jenkins.io.example.org']) {
      const {there, resolved} = from(url, {}, [{name: 'structs'}])
      await resolved
      expect(there.log.lines).toEqual([
        expect.stringContaining(
          `warning: ${url}/update-center.json?version=2.568.2 is not signed by the Jenkins project`
        )
      ])
    }
  })

  it('warns of a mirror that has changed the document', async () => {
    const changed = String(signed['update-center.json']).replace('"title"', '"Title"')
    const {there, resolved} = from(updateCenterUrl, {'update-center.json': changed}, [{name: 'structs'}])
    await resolved
    expect(there.log.lines).toEqual([expect.stringMatching(problem)])
  })
})

it.each([
  ['not JSON', '<html>', /update-center\.json\?version=2\.568\.2 could not be read: .*'jenkins-update-center-url'/],
  ['of another kind', '{"plugins": []}', /it lists no plugins/],
  ['no object', 'null', /it is not a JSON object/],
  ['not JSON where it counts', '{"plugins": {"git": {x}}}', /could not be read: .*JSON/],
  ['of other types', '{"plugins": {"git": {"version": "1", "dependencies": 7, "sha256": []}}}', /has no SHA-256/],
  ['without a checksum', '{"plugins": {"git": {"version": "1"}}}', /has no SHA-256 checksum for the plugin "git:1"/],
  [
    'hostile',
    JSON.stringify({plugins: {git: {version: '1"\noutput=/etc/x', sha256: Buffer.alloc(32).toString('base64')}}}),
    /has no SHA-256 checksum/
  ]
])('refuses an update center that is %s', async (_, document, message) => {
  await expect(resolve([{name: 'git'}], center({'update-center.json': document}))).rejects.toThrow(message)
})
