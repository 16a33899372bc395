import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from '@jest/globals'
import {startReleasesSite, type ReleasesSite} from '../../../../rehearsal/trials/releases/site.ts'
import {accepted, tamperings} from '../../../../rehearsal/trials/releases/tamperings.ts'
import {emptyToolCache} from './tool-cache.ts'

const version = '1.99.0'
let site: ReleasesSite
let runner: Awaited<ReturnType<typeof emptyToolCache>>

beforeAll(async () => {
  site = await startReleasesSite()
})
beforeEach(async () => {
  runner = await emptyToolCache()
})
afterEach(() => runner.close())
afterAll(() => site.close())

const installed = async (trustedKey: string | undefined) =>
  runner.install(site, version, trustedKey === undefined ? {} : {trustedKey})

it.each(tamperings)('refuses and leaves nothing of: $name', async ({spoil, says}) => {
  const message = await runner.failure(installed(await spoil(site, version)))
  expect(message).toMatch(says)
  // A message of its own: no other case's would fit, but where cases share one.
  expect(new Set(tamperings.map((other) => other.says).filter((other) => other.test(message)))).toEqual(new Set([says]))
})

it.each(accepted)('takes $name', async ({spoil}) => {
  expect(await installed(await spoil(site, version))).toMatchObject({source: 'download'})
})
