import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdir, mkdtemp, readdir, rm, symlink} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {cleanUp, createNspawnDriver} from '../../../../rehearsal/machines/nspawn/driver.ts'
import {cacheFolder} from '../../../../rehearsal/host/folders.ts'
import {idOf, restOfHost, tracesOf} from './host-state.ts'
import {minutes, onRealMachines} from './on-real-machines.ts'

onRealMachines('real machines', () => {
  let home: string
  let cache: string
  let before: string[]

  // A cache of its own, whose leftovers no other rehearsal removes.
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'killed-test-'))
    cache = cacheFolder({XDG_CACHE_HOME: home})
    await mkdir(cache)
    before = await restOfHost()
  })
  afterEach(async () => {
    await cleanUp(cache)
    await rm(home, {recursive: true})
  })

  const runs = async () => (await readdir(join(cache, 'runs'))).map(idOf)

  /** Kills a process that starts a driver and launches a machine, when it says something. */
  async function killAt(said: string): Promise<string> {
    const script = fileURLToPath(new URL('./launch-and-wait.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', script], {
      env: {...process.env, XDG_CACHE_HOME: home},
      stdio: ['ignore', 'pipe', 'inherit']
    })
    const exited = once(child, 'exit')
    for await (const line of createInterface({input: child.stdout})) if (line.includes(said)) child.kill('SIGKILL')
    expect(await exited).toEqual([null, 'SIGKILL'])
    const [id = ''] = await runs()
    expect((await tracesOf(id)).length).toBeGreaterThan(0)
    return id
  }

  async function expectNothingOf(id: string): Promise<void> {
    expect(await tracesOf(id)).toEqual([])
    expect(await runs()).toEqual([])
    expect(await restOfHost()).toEqual(before)
  }

  it(
    'removes what a killed process left of a running machine',
    async () => {
      await symlink(join(cacheFolder(), 'bases'), join(cache, 'bases'))
      const id = await killAt('launched')
      expect(await cleanUp(cache)).toEqual([
        `machine i-0123456789abcde01 of the rehearsal ${id}`,
        `files of the rehearsal ${id}`
      ])
      await expectNothingOf(id)
    },
    5 * minutes
  )

  it(
    'removes what a killed process left of a base system that was being built',
    async () => {
      const id = await killAt('running apt-get update')
      expect(await cleanUp(cache)).toEqual([`files of the rehearsal ${id}`])
      await expectNothingOf(id)
    },
    5 * minutes
  )

  it(
    'undoes everything when it is stopped while it builds the base system',
    async () => {
      const stop = new AbortController()
      const progress = async (sentence: string) => {
        if (!sentence.includes('running apt-get update')) return
        ids.push(...(await runs()))
        stop.abort()
      }
      const ids: string[] = []
      const starting = createNspawnDriver({
        cache,
        signal: stop.signal,
        progress: (sentence) => void progress(sentence)
      })
      await expect(starting).rejects.toThrow('abort')
      expect(ids).toHaveLength(1)
      await expectNothingOf(ids[0] ?? '')
      expect(await readdir(join(cache, 'bases'))).toEqual([])
    },
    5 * minutes
  )
})
