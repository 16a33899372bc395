import {afterEach, expect, it} from '@jest/globals'
import type {NspawnDriver} from '../../../rehearsal/machines/nspawn/driver.ts'
import {startLocalCloud, type LocalCloud, type LocalCloudOptions} from '../../../rehearsal/trials/local-cloud.ts'

let local: LocalCloud | undefined
afterEach(() => local?.stop())

async function start(options: LocalCloudOptions): Promise<string[]> {
  const said: string[] = []
  local = await startLocalCloud({...options, progress: (sentence) => said.push(sentence)})
  return said
}

it('is light without a word where it was not asked for the best', async () => {
  expect(await start({})).toEqual([])
  expect(local).toMatchObject({driver: 'light', whyLight: undefined, hostAddress: '127.0.0.1'})
})

const never = () => Promise.reject(new Error('nothing is to be created'))
const broken = {whyNot: async () => undefined, create: () => Promise.reject(new Error('no mirror answers'))}

it('says in one sentence why it is light, and what that does not prove', async () => {
  const said = await start({driver: 'best', real: {whyNot: async () => 'this host has no overlay', create: never}})
  expect(said).toEqual([
    'Rehearsing on light machines, which do not prove that the template’s scripts install Jenkins or that the image boots, ' +
      'because this host has no overlay.'
  ])
  expect(local).toMatchObject({driver: 'light', whyLight: 'this host has no overlay'})
})

it('takes light machines where real ones turn out not to work, but not where they were named', async () => {
  const said = await start({driver: 'best', real: broken})
  expect(said).toEqual(['no mirror answers', expect.stringContaining('because real ones could not be set up')])
  expect(local?.driver).toBe('light')
  await expect(start({driver: 'nspawn', real: broken})).rejects.toThrow('no mirror answers')
  await expect(start({driver: 'best', jenkins: 'port-taken', real: broken})).rejects.toThrow('no mirror answers')
  const installs = '--jenkins-package'
  await expect(start({driver: 'best', installs, real: broken})).rejects.toThrow('no mirror answers')
  await expect(start({driver: 'best', signal: AbortSignal.abort(), real: broken})).rejects.toThrow('no mirror answers')
})

it('ends its machines when the cloud does not start', async () => {
  await start({})
  const taken = Number(new URL(local?.cloud.endpoint ?? '').port)
  let closed = false
  const create = async () => ({...({} as NspawnDriver), close: async () => void (closed = true)})
  const second = startLocalCloud({driver: 'best', port: taken, real: {whyNot: async () => undefined, create}})
  await expect(second).rejects.toThrow('EADDRINUSE')
  expect(closed).toBe(true)
})
