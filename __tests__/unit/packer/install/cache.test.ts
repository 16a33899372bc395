import {statSync} from 'node:fs'
import {chmod, mkdir, readFile, readdir, rm, stat, truncate, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {setImmediate as nextTurn} from 'node:timers/promises'
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from '@jest/globals'
import {filesOf, startReleasesSite, type ReleasesSite} from '../../../../rehearsal/trials/releases/site.ts'
import {zipOf} from '../../../../rehearsal/host/zip.ts'
import {download} from '../../../../src/packer/install/download.ts'
import {UserError} from '../../../../src/lib/errors.ts'
import {serve} from '../../credentials/stand-ins.ts'
import {recordingLog, type RecordingLog} from '../../../helpers/recording-log.ts'
import {emptyToolCache} from './tool-cache.ts'

const version = '1.99.0'
const program = '#!/bin/sh\necho a stand-in for Packer\n'
let site: ReleasesSite
let runner: Awaited<ReturnType<typeof emptyToolCache>>
let folder: string
let log: RecordingLog

beforeAll(async () => {
  site = await startReleasesSite()
})
beforeEach(async () => {
  runner = await emptyToolCache()
  log = recordingLog()
  folder = path.join(runner.cache, 'packer', version, process.arch)
  await site.publish(version)
})
afterEach(() => runner.close())
afterAll(() => site.close())

const install = () => runner.install(site, version, {log})
const said = (): string => log.lines.join('\n')

it('records beside Packer what was verified, checks it again, and says where Packer came from', async () => {
  const {path: file} = await install()
  expect(await readdir(folder)).toEqual(['packer', 'packer.sha256'])
  expect(await readFile(path.join(folder, 'packer.sha256'), 'utf8')).toMatch(/^[\da-f]{64} {2}packer\n$/)
  expect(said()).toContain(`Installed Packer ${version} (signature and checksum verified) as ${file}`)
  await install()
  expect(log.lines.at(-1)).toBe(
    `Packer ${version} is in this runner's tool cache, as it was when it was verified: ${file}`
  )
})

it.each([
  ['is empty', 'is empty', (file: string) => truncate(file)],
  ['is cut off', 'is not the file that was verified: its SHA-256 is', (file: string) => truncate(file, 20)],
  [
    'is another program of the same length',
    'is not the file that was verified: its SHA-256 is',
    (file: string) => writeFile(file, program.replace('echo', 'exec'))
  ],
  ['has no record', 'has no record of what was verified', (file: string) => rm(`${file}.sha256`)],
  [
    'has a record that is cut off',
    'has no record of what was verified',
    (file: string) => truncate(`${file}.sha256`, 60)
  ],
  ['is not executable', 'cannot be used: ', (file: string) => chmod(file, 0o644)]
])('downloads anew, and says so, what %s in the tool cache', async (_, problem, damage) => {
  const {path: file} = await install()
  await damage(file)
  expect(await install()).toEqual({path: file, version, source: 'download'})
  expect(await readFile(file, 'utf8')).toBe(program)
  expect((await stat(file)).mode & 0o777).toBe(0o755)
  expect(said()).toContain(`warning: ${file} in this runner's tool cache ${problem}`)
  expect(said()).toContain(`Packer ${version} is downloaded anew.`)
  expect(await install()).toMatchObject({source: 'tool-cache'})
})

it('never runs what somebody else put there, also where nothing can be downloaded', async () => {
  await mkdir(folder, {recursive: true})
  await writeFile(path.join(folder, 'packer'), program, {mode: 0o755})
  await writeFile(`${folder}.complete`, '')
  await expect(runner.install({...site, url: 'http://127.0.0.1:1'}, version, {log})).rejects.toThrow(
    /could not be downloaded/
  )
  expect(said()).toContain('has no record of what was verified')
})

it('is used from the temporary folder, with a warning, where there is no tool cache', async () => {
  delete process.env['RUNNER_TOOL_CACHE']
  const {path: file, source} = await install()
  expect(source).toBe('download')
  expect(file.startsWith(runner.temp)).toBe(true)
  expect(await readFile(file, 'utf8')).toBe(program)
  expect(said()).toMatch(/warning: .* could not be put into this runner's tool cache: RUNNER_TOOL_CACHE is not set\./)
})

it.each([
  ['a file is in the place of the tool cache', () => writeFile(path.join(runner.cache, 'packer'), '')],
  ['a folder is in the place of the program', () => mkdir(path.join(folder, 'packer', 'x'), {recursive: true})]
])('is used from the temporary folder, with a warning, where %s', async (_, obstruct) => {
  await obstruct()
  const {path: file} = await install()
  expect(file.startsWith(runner.temp)).toBe(true)
  expect(said()).toMatch(/warning: .* could not be put into this runner's tool cache: .*E[A-Z]{4,}/)
  // Nothing half copied.
  expect((await readdir(runner.cache, {recursive: true})).filter((name) => name.includes('.new-'))).toEqual([])
})

it('says in a sentence that the temporary folder cannot be written to', async () => {
  process.env['RUNNER_TEMP'] = path.join(runner.folder, 'gone')
  const error = await install().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UserError)
  expect(String(error)).toMatch(/Packer could not be installed on this runner: .*ENOENT/)
})

it('does not download again what the disk has no room for', async () => {
  let asked = 0
  const server = await serve((_, response) => response.end(String((asked += 1))))
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC', syscall: 'write'})
  const options = {env: {}, signal: new AbortController().signal, pause: () => Promise.resolve()}
  await expect(download(new URL(server.url), () => Promise.reject(full), options)).rejects.toBe(full)
  expect(asked).toBe(1)
  await server.close()
})

it('is whole at every moment for a runner that shares the tool cache with another one', async () => {
  const long = `${program}${'# as long as a program\n'.repeat(100_000)}`
  const zip = zipOf([{name: 'packer', content: long}])
  await site.publish(version, {zip})
  // The second one's download ends when the first one's Packer is in use.
  let inUse = () => {}
  const firstInUse = new Promise<void>((resolve) => (inUse = resolve))
  let downloads = 0
  site.files.set(filesOf(version).zip, (_, response) => {
    downloads += 1
    void (downloads === 1 ? Promise.resolve() : firstInUse).then(() => response.end(zip))
  })
  const both = [install(), install()] as const
  const {path: file} = await Promise.race(both)
  const {ino} = statSync(file)
  inUse()
  const ended = new AbortController()
  const all = Promise.all(both).finally(() => ended.abort())
  while (!ended.signal.aborted) {
    // Whoever runs it now, runs all of it.
    expect(statSync(file).size).toBe(long.length)
    await nextTurn()
  }
  expect((await all).map((packer) => packer.path)).toEqual([file, file])
  // The second one wrote another file: the first one's is whole for whoever runs it.
  expect(statSync(file).ino).not.toBe(ino)
  expect(await readdir(folder)).toEqual(['packer', 'packer.sha256'])
})
