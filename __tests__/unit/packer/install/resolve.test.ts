import {writeFile} from 'node:fs/promises'
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from '@jest/globals'
import {indexEntry, startReleasesSite, type ReleasesSite} from '../../../../rehearsal/trials/releases/site.ts'
import {emptyToolCache} from './tool-cache.ts'

const index = '/packer/index.json'
let site: ReleasesSite
let runner: Awaited<ReturnType<typeof emptyToolCache>>

beforeAll(async () => {
  site = await startReleasesSite()
  for (const version of ['1.14.3', '1.15.0', '1.15.4', '2.0.0']) await site.publish(version)
  // What the index has beside what may be chosen.
  const versions: Record<string, object> = {
    ...(JSON.parse(String(site.files.get(index))) as {versions: Record<string, object>}).versions,
    '1.15.9-beta1': indexEntry('1.15.9-beta1'),
    '1.15.8+ent': indexEntry('1.15.8+ent'),
    '1.15.7': indexEntry('1.15.7', 'plan9_mips'),
    '1.15.6': {builds: 'none'},
    'v1.15.5': indexEntry('1.15.5'),
    '1.15.99/../..': indexEntry('1.15.5')
  }
  site.files.set(index, JSON.stringify({name: 'packer', versions}))
})
beforeEach(async () => {
  runner = await emptyToolCache()
  site.requested.length = 0
})
afterEach(() => runner.close())
afterAll(() => site.close())

const unreachable = () => ({...site, url: 'http://127.0.0.1:1'})

it.each([
  ['^1.14', '1.15.4'],
  ['1.14', '1.14.3'],
  ['1.x', '1.15.4'],
  ['>=1.14 <1.15.4', '1.15.0'],
  ['latest', '2.0.0']
])('takes for %s the newest release for this platform, %s, and says so', async (range, expected) => {
  const packer = await runner.install(site, range)
  expect(packer).toMatchObject({version: expected, source: 'download'})
  expect(packer.path).toContain(`/packer/${expected}/`)
  expect(runner.log.lines).toContain(`packer-version ${range} is Packer ${expected}`)
})

it('asks for no index when the version is exact', async () => {
  await runner.install(site, '1.15.0')
  expect(site.requested).not.toContain(index)
})

it('looks for a newer release also when the tool cache has one that satisfies the range', async () => {
  await runner.install(site, '1.15.0')
  expect(await runner.install(site, '^1.15')).toMatchObject({version: '1.15.4'})
  expect(await runner.install(site, '^1.15')).toMatchObject({version: '1.15.4', source: 'tool-cache'})
})

it.each(['^1.14', 'latest'])(
  'takes for %s the newest of the tool cache when the site cannot be reached',
  async (range) => {
    await runner.install(site, '1.14.3')
    const packer = await runner.install(site, '1.15.4')
    expect(await runner.install(unreachable(), range)).toEqual({...packer, source: 'tool-cache'})
    expect(runner.log.lines.at(-2)).toMatch(
      /could not be read: .*ECONNREFUSED.* Packer 1.15.4, the newest in this runner's tool cache/
    )
  }
)

it('takes the next of the tool cache when the newest is no more what was verified', async () => {
  const older = await runner.install(site, '1.14.3')
  const {path} = await runner.install(site, '1.15.4')
  await writeFile(path, 'damaged')
  expect(await runner.install(unreachable(), 'latest')).toEqual({...older, source: 'tool-cache'})
  await writeFile(older.path, 'damaged too')
  await expect(runner.install(unreachable(), 'latest')).rejects.toThrow(
    /no Packer in this runner's tool cache satisfies/
  )
})

it('does not take from the tool cache what does not satisfy the range', async () => {
  await runner.install(site, '1.14.3')
  await expect(runner.install(unreachable(), '^1.15')).rejects.toThrow(/'\^1.15' could not be looked up.*ECONNREFUSED/s)
})

it('says that no release satisfies the range', async () => {
  const text = await runner.failure(runner.install(site, '^3'))
  expect(text).toMatch(/No release of Packer for \w+ at .* satisfies packer-version '\^3'. The newest is 2.0.0/)
})

it('takes a pre-release only where it is named exactly', async () => {
  const text = await runner.failure(runner.install(site, '>=1.15.9-alpha <1.16'))
  expect(text).toContain('pre-releases count only when named exactly')
})

it.each([
  ['<html>', /not an index of releases/],
  ['{"versions": 1}', /it lists no versions/],
  [undefined, /answered 404.*must carry packer\/index.json/s]
])('says that %j is no index', async (content, says) => {
  const bare = await startReleasesSite(site.key)
  if (content !== undefined) bare.files.set(index, content)
  expect(await runner.failure(runner.install(bare, 'latest'))).toMatch(says)
  await bare.close()
})

it('ends with the reason of the cancel, not with what the tool cache has', async () => {
  await runner.install(site, '1.15.4')
  const cancelled = AbortSignal.abort(new Error('cancelled here'))
  await expect(runner.install(site, 'latest', {}, cancelled)).rejects.toThrow('cancelled here')
})
