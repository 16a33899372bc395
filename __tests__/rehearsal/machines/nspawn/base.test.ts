import {execFile} from 'node:child_process'
import {mkdir, mkdtemp, readdir, rm, symlink} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {promisify} from 'node:util'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {baseSystem} from '../../../../rehearsal/machines/nspawn/base.ts'
import type {Cgroups} from '../../../../rehearsal/machines/nspawn/cgroups.ts'
import type {Host} from '../../../../rehearsal/machines/nspawn/host.ts'
import {createRun} from '../../../../rehearsal/machines/nspawn/runs.ts'

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'base-'))
})
afterEach(() => rm(cache, {recursive: true}))

const run = promisify(execFile)
let built = 0

/** A host whose mmdebstrap makes an empty folder. */
async function build(targets: string): Promise<{folder: string; scratch: string}> {
  const {folder: scratch} = await createRun(cache)
  const host: Host = {
    prefix: [],
    env: {},
    async run(command, args) {
      if (command === 'apt-get') return targets
      return command === 'mv' || command === 'rm' ? (await run(command, args)).stdout : ''
    },
    async watch(command, args) {
      built++
      expect([command, ...args]).toContain('mmdebstrap')
      await mkdir(join(scratch, 'base'))
    }
  }
  const cgroups: Pick<Cgroups, 'join' | 'end'> = {
    join: async (_, command) => [...command],
    async end() {}
  }
  const folder = await baseSystem({
    base: 'debian-13',
    host,
    cgroups: cgroups as Cgroups,
    cache,
    scratch,
    env: {},
    progress: () => {}
  })
  return {folder, scratch}
}

const bases = () => readdir(join(cache, 'bases'))

it('builds a base system once, and another where the sources are others', async () => {
  const first = await build('Debian Debian http://a.example/debian')
  expect((await build('Debian Debian http://a.example/debian')).folder).toBe(first.folder)
  expect(built).toBe(1)
  expect((await build('Debian Debian http://b.example/debian')).folder).not.toBe(first.folder)
  expect(built).toBe(2)
})

it('removes those of earlier recipes, but for one that a rehearsal uses that runs, and those of another distribution', async () => {
  const abandoned = join(cache, 'runs/0a1b2c-1-1')
  const others = join(cache, 'bases/ubuntu-24.04-0123456789abcdef')
  for (const name of ['runs/0a1b2c-1-1', 'bases/old', 'bases/abandoned', 'bases/ubuntu-24.04-0123456789abcdef'])
    await mkdir(join(cache, name), {recursive: true})
  await symlink(join(cache, 'bases/abandoned'), join(abandoned, 'base-in-use'))
  const used = await build('Debian Debian http://a.example/debian')
  const current = await build('Debian Debian http://b.example/debian')
  expect((await bases()).toSorted()).toEqual(
    [used.folder, current.folder, others].map((path) => basename(path)).toSorted()
  )
  await rm(used.scratch, {recursive: true})
  const last = await build('Debian Debian http://c.example/debian')
  expect((await bases()).toSorted()).toEqual(
    [current.folder, last.folder, others].map((path) => basename(path)).toSorted()
  )
})
