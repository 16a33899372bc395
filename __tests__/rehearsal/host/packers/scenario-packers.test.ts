import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {scenarioPackers} from '../../../../rehearsal/host/packers/scenario-packers.ts'
import {scratchFolder} from '../../runner/throw-away-action.ts'
import {writeBuiltPacker, writePacker} from './fake-programs.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>
beforeAll(async () => {
  scratch = await scratchFolder()
})
afterAll(() => scratch.remove())

it('names both with how to get them where they are missing', async () => {
  const none = join(scratch.folder, 'none')
  expect(await scenarioPackers({PATH: none, XDG_CACHE_HOME: none})).toEqual({
    current: {version: '1.16.0', missing: expect.stringContaining('npm run packers')},
    distributions: {version: '1.6.6', missing: expect.stringContaining('apt-get install packer')}
  })
})

it('has both where they are there', async () => {
  await writeBuiltPacker(scratch.folder)
  await writePacker(join(scratch.folder, 'bin/packer'), '1.6.6')
  const {current, distributions} = await scenarioPackers({
    PATH: join(scratch.folder, 'bin'),
    XDG_CACHE_HOME: scratch.folder
  })
  expect([current, distributions].map(({packer}) => packer?.version)).toEqual(['1.16.0', '1.6.6'])
})

it('does not take another version on PATH for the distribution’s', async () => {
  await writePacker(join(scratch.folder, 'new/packer'), '1.14.0')
  const {distributions} = await scenarioPackers({PATH: join(scratch.folder, 'new')})
  expect(distributions).toEqual({version: '1.6.6', missing: expect.stringContaining('is 1.14.0')})
})
