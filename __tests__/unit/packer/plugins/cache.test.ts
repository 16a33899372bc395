import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {expect, it} from '@jest/globals'
import {cachedPlugins, cachePlugins} from '../../../../src/packer/plugins/cache.ts'

const required = [{source: 'github.com/hashicorp/amazon', constraint: '>= 1.3.0', installed: false}]

const usable = (env: Readonly<Record<string, string>>) => async () => cachedPlugins(required, env)

function start() {
  const plugins = mkdtempSync(join(tmpdir(), 'plugins-'))
  writeFileSync(join(plugins, 'plugin'), 'a program')
  return {plugins, env: {RUNNER_TOOL_CACHE: mkdtempSync(join(tmpdir(), 'tool-cache-'))}}
}

it('puts plugins into the tool cache, where they are found again', async () => {
  const {plugins, env} = start()
  expect(cachedPlugins(required, env)).toBeUndefined()
  const folder = await cachePlugins(plugins, required, env, usable(env))
  expect(cachedPlugins(required, env)).toBe(folder)
  expect(readFileSync(join(folder, 'plugin'), 'utf8')).toBe('a program')
})

it('leaves what another job has put there in the meantime, and may be using', async () => {
  const {plugins, env} = start()
  const folder = await cachePlugins(plugins, required, env, usable(env))
  const {ino} = statSync(folder)
  expect(await cachePlugins(plugins, required, env, usable(env))).toBe(folder)
  expect(statSync(folder).ino).toBe(ino)
  expect(readdirSync(dirname(folder)).filter((name) => name.includes('.new-'))).toEqual([])
})

it('replaces what was never finished', async () => {
  const {plugins, env} = start()
  const folder = await cachePlugins(plugins, required, env, usable(env))
  rmSync(`${folder}.complete`)
  mkdirSync(join(folder, 'half'))
  expect(await cachePlugins(plugins, required, env, usable(env))).toBe(folder)
  expect(existsSync(join(folder, 'half'))).toBe(false)
  expect(cachedPlugins(required, env)).toBe(folder)
})
