import {afterEach, expect, it} from '@jest/globals'
import {startLocalCloud, type LocalCloud, type LocalCloudOptions} from '../../rehearsal/local-cloud.ts'

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

it('says in one sentence why it is light, and what that does not prove', async () => {
  const said = await start({driver: 'best', whyNot: async () => 'this host has no overlay'})
  expect(said).toEqual([
    'Rehearsing on light machines, which do not prove that the template’s scripts install Jenkins or that the image boots, ' +
      'because this host has no overlay.'
  ])
  expect(local).toMatchObject({driver: 'light', whyLight: 'this host has no overlay'})
})
