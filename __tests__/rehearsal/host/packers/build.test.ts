import {existsSync} from 'node:fs'
import {mkdir, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, beforeEach, expect, it} from '@jest/globals'
import {buildPackers} from '../../../../rehearsal/host/packers/build.ts'
import {scratchFolder} from '../../runner/throw-away-action.ts'
import {programs, writeBuiltPacker, writePacker} from './fake-programs.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>
let cache: string
let packers: string
let nth = 0

beforeAll(async () => {
  scratch = await scratchFolder()
})
beforeEach(() => {
  cache = join(scratch.folder, `cache-${++nth}`)
  packers = join(cache, 'bake-jenkins-ami/packers')
})
afterAll(() => scratch.remove())

/** A go that "builds" by writing the file, and the installation of the plugin with it. */
function toolchain(install: () => Promise<string> = async () => '') {
  const unfinished = join(packers, `.building-${process.pid}`)
  return programs({
    go: async (args) => {
      if (args[0] === 'mod') return JSON.stringify({Dir: '/module'})
      if (args[0] === 'build') await writePacker(args[args.indexOf('-o') + 1] ?? '', '1.16.0')
      return 'go version go1.26'
    },
    [join(unfinished, 'packer')]: install
  })
}

function build(tools: ReturnType<typeof programs>) {
  return buildPackers({env: {XDG_CACHE_HOME: cache}, run: tools.run, progress: () => {}})
}

it('builds both modules and installs the plugin', async () => {
  const tools = toolchain()
  const packer = await build(tools)
  expect(packer.executable).toBe(join(packers, '1.16.0/packer'))
  expect(tools.ran.map((line) => line.replaceAll(`${packers}/.building-${process.pid}`, 'NEW'))).toEqual([
    'go version',
    'go mod download -json github.com/hashicorp/packer@v1.16.0',
    'go build -trimpath -buildvcs=false -ldflags -s -w -o NEW/packer .',
    'go mod download -json github.com/hashicorp/packer-plugin-amazon@v1.8.2',
    'go build -trimpath -buildvcs=false -ldflags -s -w -X github.com/hashicorp/packer-plugin-amazon/version.VersionPrerelease= -o NEW/packer-plugin-amazon .',
    'NEW/packer plugins install --path NEW/packer-plugin-amazon github.com/hashicorp/amazon'
  ])
})

it('does nothing where it is built already', async () => {
  await writeBuiltPacker(cache)
  const tools = toolchain()
  await build(tools)
  expect(tools.ran).toEqual([])
})

it('leaves nothing half-built when a step fails, nor what a killed build left', async () => {
  // No process can have this number: it is above the kernel's limit.
  await mkdir(join(packers, '.building-4194305'), {recursive: true})
  await expect(build(toolchain(() => Promise.reject(new Error('no plugin'))))).rejects.toThrow('no plugin')
  expect(await readdir(packers)).toEqual([])
})

it('says that it needs Go', async () => {
  await expect(build(programs({}))).rejects.toThrow('Building Packer takes Go')
  expect(existsSync(packers)).toBe(false)
})
