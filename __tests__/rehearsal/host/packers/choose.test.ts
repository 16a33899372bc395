import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, expect, it} from '@jest/globals'
import {choosePacker, type ChooseDeps} from '../../../../rehearsal/host/packers/choose.ts'
import {run} from '../../../../rehearsal/host/run.ts'
import {scratchFolder} from '../../runner/throw-away-action.ts'
import {programs, writeBuiltPacker, writePacker} from './fake-programs.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>
let cache: string
let bin: string
let nth = 0

beforeAll(async () => {
  scratch = await scratchFolder()
})
beforeEach(() => {
  cache = join(scratch.folder, `cache-${++nth}`)
  bin = join(scratch.folder, `bin-${nth}`)
})
afterAll(() => scratch.remove())

function deps(changes: Partial<ChooseDeps> = {}): ChooseDeps {
  return {
    env: {PATH: bin, HOME: scratch.folder, XDG_CACHE_HOME: cache},
    run,
    progress: () => {},
    isRoot: true,
    releasesReachable: async () => false,
    actionDefault: '1.16.0',
    ...changes
  }
}

it('leaves it to the action where the releases can be reached', async () => {
  await writeBuiltPacker(cache)
  const packer = await choosePacker(undefined, deps({releasesReachable: async () => true, actionDefault: '1.17.0'}))
  expect(packer).toEqual({version: '1.17.0', source: 'installed by the action from releases.hashicorp.com'})
})

it('else takes the built one with its plugins, before the one on PATH', async () => {
  const executable = await writeBuiltPacker(cache)
  await writePacker(join(bin, 'packer'), '1.6.6')
  expect(await choosePacker(undefined, deps())).toEqual({
    version: '1.16.0',
    source: 'built from its Go module',
    executable,
    plugins: join(cache, 'bake-jenkins-ami/packers/1.16.0/plugins')
  })
})

it('else takes the one on PATH', async () => {
  const executable = await writePacker(join(bin, 'packer'), '1.6.6')
  expect(await choosePacker(undefined, deps())).toEqual({
    version: '1.6.6',
    source: `found on PATH (${executable})`,
    executable
  })
})

it('else installs the distribution’s, saying so, as root', async () => {
  const said: string[] = []
  const {run: fake, ran} = programs({
    'apt-get': async ([, , , name]) => {
      if (name === 'packer') await writePacker(join(bin, 'packer'), '1.6.6')
      return ''
    },
    'dpkg-query': () => `packer: ${bin}/packer`,
    [join(bin, 'packer')]: () => 'Packer v1.6.6'
  })
  const packer = await choosePacker(undefined, deps({run: fake, progress: (line) => said.push(line)}))
  expect(packer.source).toBe(`the distribution's package (${bin}/packer)`)
  expect(ran.filter((line) => line.startsWith('apt-get'))).toEqual([
    'apt-get --version',
    'apt-get update',
    'apt-get install --yes --no-install-recommends packer'
  ])
  expect(said.join('\n')).toContain('$ apt-get install')
})

it.each([
  ['no apt-get', {}, 'no apt-get to install one with'],
  ['no root', {'apt-get': () => ''}, 'takes root or sudo without a password']
])('says what is missing and what to do: %s', async (_, known, message) => {
  const attempt = choosePacker(undefined, deps({run: programs(known).run, isRoot: false}))
  await expect(attempt).rejects.toThrow(message)
  await expect(attempt).rejects.toThrow('Run `npm run packers`')
})

it('takes a version from where it is: built, on PATH, else by the action', async () => {
  const built = await writeBuiltPacker(cache)
  const onPath = await writePacker(join(bin, 'packer'), '1.6.6')
  expect(await choosePacker('1.16.0', deps())).toMatchObject({executable: built})
  expect(await choosePacker('1.6.6', deps())).toMatchObject({executable: onPath})
  const other = await choosePacker('1.14.2', deps({releasesReachable: async () => true}))
  expect(other).toMatchObject({version: '1.14.2', source: expect.stringContaining('by the action')})
  await expect(choosePacker('1.14.2', deps())).rejects.toThrow('Packer 1.14.2 cannot be had')
})

it('takes a path, with the plugins that were built', async () => {
  await writeBuiltPacker(cache)
  const file = await writePacker(join(scratch.folder, 'my-packer'), '1.15.0')
  expect(await choosePacker(file, deps())).toMatchObject({
    version: '1.15.0',
    executable: file,
    plugins: join(cache, 'bake-jenkins-ami/packers/1.16.0/plugins')
  })
})

it('refuses another program of that name', async () => {
  const file = await writePacker(join(scratch.folder, 'cracklib/packer'), '1')
  await expect(choosePacker(file, deps())).rejects.toThrow("is not HashiCorp's Packer")
})

it.each(['1.16', 'latest', 'v1.16.0', ''])('refuses --packer %j', async (wanted) => {
  await expect(choosePacker(wanted, deps())).rejects.toThrow('expected a path (with a slash)')
})
