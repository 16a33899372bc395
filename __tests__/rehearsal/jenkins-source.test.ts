import {afterEach, expect, it} from '@jest/globals'
import {once} from 'node:events'
import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {openJenkinsSource, type JenkinsSource, type JenkinsSourceOptions} from '../../rehearsal/jenkins-source.ts'

let source: JenkinsSource | undefined
let listening: Server | undefined
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
  source = await openJenkinsSource({
    behaviour: 'ready',
    mayBeReal: true,
    isGiven: false,
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
