import {afterAll, afterEach, beforeAll, expect, it} from '@jest/globals'
import {once} from 'node:events'
import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {
  expectUsable,
  openJenkinsSource,
  type JenkinsSource,
  type JenkinsSourceOptions
} from '../../../rehearsal/trials/jenkins-source.ts'
import {fixtures, pluginManifest, type Fixtures} from '../jenkins/real/fixtures.ts'

let files: Fixtures
let deb: string
beforeAll(async () => {
  files = await fixtures()
  deb = await files.deb('jenkins.deb', {Package: 'jenkins', Version: '2.570'})
  await files.archive('plugins/git.hpi', pluginManifest('git', 'structs:1.0', '9.9'))
})
afterAll(() => files.remove())

const given = () => ({path: deb, kind: 'deb' as const, by: '--jenkins-package'})
const plugins = () => ({path: join(files.folder, 'plugins'), by: '--jenkins-plugins'})

let source: JenkinsSource | undefined
let listening: Server | undefined
let said: string[] = []
afterEach(async () => {
  await source?.stop()
  listening?.close()
})

const real: JenkinsSourceOptions['local'] = Promise.resolve({
  driver: 'nspawn',
  async serve(server) {
    listening = server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }
})
const light: JenkinsSourceOptions['local'] = Promise.resolve({driver: 'light', serve: undefined})
const never = () => Promise.reject(new Error('nobody is to be asked'))

async function open(changes: Partial<JenkinsSourceOptions>): Promise<JenkinsSource> {
  said = []
  source = await openJenkinsSource({
    behaviour: 'ready',
    mayBeReal: true,
    isGiven: false,
    files: {},
    progress: (sentence) => said.push(sentence),
    reachable: async () => false,
    local: real,
    ...changes
  })
  return source
}

const indexOf = async ({inputs}: JenkinsSource) =>
  (await fetch(`${inputs['jenkins-repository-url']}/binary/Packages`)).text()

it('is Jenkins’s own repository where that can be reached: the action is told nothing', async () => {
  expect(await open({reachable: async () => true})).toMatchObject({inputs: {}, standIn: false})
})

it('is the user’s where one is given', async () => {
  expect(await open({isGiven: true, reachable: never})).toMatchObject({inputs: {}, standIn: false})
})

it('is else a signed stand-in, with its key, at an address of the machines’ network', async () => {
  const {inputs, standIn} = await open({})
  expect(standIn).toBe(true)
  expect(inputs['jenkins-repository-key-fingerprint']).toMatch(/^[0-9A-F]{40}$/)
  const key = await fetch(`${inputs['jenkins-repository-url']}/jenkins.io-2026.key`)
  expect(await key.text()).toContain('BEGIN PGP PUBLIC KEY BLOCK')
})

it('is a stand-in for a failure, whatever can be reached: the real one cannot be told to fail', async () => {
  expect(await open({behaviour: 'port-taken', reachable: never})).toMatchObject({standIn: true})
})

const pluginsOf = async ({inputs}: JenkinsSource): Promise<string[]> => {
  const text = await (await fetch(`${inputs['jenkins-update-center-url']}/update-center.json`)).text()
  const {plugins: all}: {plugins: Record<string, {version: string}>} = JSON.parse(text.slice(text.indexOf('{'), -2))
  return Object.entries(all).map(([name, {version}]) => `${name}:${version}`)
}

it('is the package that somebody gave, without asking whether Jenkins’s repository can be reached', async () => {
  const opened = await open({files: {package: given()}, reachable: never})
  expect(opened).toMatchObject({standIn: false, version: '2.570', file: deb, plugins: null})
  expect(await indexOf(opened)).toMatch(/^Version: 2\.570$/m)
  expect(said).toEqual([`Jenkins 2.570 is installed from ${deb}`])
  // Nobody gave plugins: those without code are better than none.
  expect(await pluginsOf(opened)).toContain('git:5.7.0')
})

it('has the plugins that somebody gave and, for a real Jenkins, no others', async () => {
  const opened = await open({files: {package: given(), plugins: plugins()}})
  expect(opened.plugins).toBe(plugins().path)
  expect(await pluginsOf(opened)).toEqual(['git:9.9'])
  expect(said).toContain(`Plugins come from ${plugins().path}`)
})

it('has stand-ins of other names beside them for the stand-in', async () => {
  const opened = await open({files: {plugins: plugins()}})
  expect(opened).toMatchObject({standIn: true, file: null})
  const offered = await pluginsOf(opened)
  expect(offered).toContain('git:9.9')
  expect(offered.some((plugin) => plugin.startsWith('structs:'))).toBe(true)
  expect(offered.filter((plugin) => plugin.startsWith('git:'))).toHaveLength(1)
})

it('is an update center alone beside Jenkins’s own repository', async () => {
  const opened = await open({files: {plugins: plugins()}, reachable: async () => true})
  expect(Object.keys(opened.inputs)).toEqual(['jenkins-update-center-url'])
  expect(opened).toMatchObject({standIn: false, version: undefined})
  expect(await pluginsOf(opened)).toEqual(['git:9.9'])
})

it('is the stand-in, whatever can be reached, where a test needs it', async () => {
  expect(await open({onlyStandIn: true, reachable: never})).toMatchObject({standIn: true})
})

it('is refused where the file is not what it should be, but not for light machines, which do not need it', async () => {
  const broken = {package: {...given(), path: join(files.folder, 'plugins/git.hpi')}}
  await expect(open({files: broken})).rejects.toThrow('git.hpi: it is no Debian package')
  await expect(expectUsable(broken)).rejects.toThrow('it is no Debian package')
  await expectUsable({package: {...broken.package, by: 'REHEARSAL_JENKINS_PACKAGE'}})
  expect(await open({files: broken, local: light})).toMatchObject({standIn: true, file: null})
  expect(said).toEqual([])
})

it('is an index alone for light machines, also where they were taken in the end', async () => {
  const asked = await open({mayBeReal: false, reachable: never, local: light})
  expect(Object.keys(asked.inputs)).toEqual(['jenkins-repository-url', 'jenkins-update-center-url'])
  expect(await indexOf(asked)).toContain('stand-in')
  await asked.stop()
  const instead = await open({local: light, reachable: async () => true})
  expect(instead.standIn).toBe(true)
  expect(await indexOf(instead)).toContain('stand-in')
})

it('fails where there is no cloud', async () => {
  await expect(open({local: Promise.reject(new Error('no cloud'))})).rejects.toThrow('no cloud')
})
