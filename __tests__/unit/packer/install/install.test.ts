import {execFileSync} from 'node:child_process'
import {chmod, readdir, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from '@jest/globals'
import {
  filesOf,
  standInZip,
  startReleasesSite,
  type Answer,
  type ReleasesSite
} from '../../../../rehearsal/trials/releases/site.ts'
import {installPacker} from '../../../../src/packer/install/install.ts'
import {serve} from '../../credentials/stand-ins.ts'
import {emptyToolCache} from './tool-cache.ts'

const version = '1.99.0'
const names = filesOf(version)

let site: ReleasesSite
let runner: Awaited<ReturnType<typeof emptyToolCache>>

beforeAll(async () => {
  site = await startReleasesSite()
})
beforeEach(async () => {
  runner = await emptyToolCache()
  await site.publish(version)
  site.requested.length = 0
})
afterEach(async () => {
  site.files.clear()
  await runner.close()
})
afterAll(() => site.close())

it('installs a verified release, says so, and finds it in the tool cache the next time', async () => {
  const packer = await runner.install(site, version)
  expect(packer).toMatchObject({version, source: 'download'})
  expect(packer.path.startsWith(path.join(runner.cache, 'packer', version))).toBe(true)
  expect(execFileSync(packer.path, {encoding: 'utf8'})).toBe('a stand-in for Packer\n')
  expect(await readdir(runner.temp)).toEqual([])
  expect(runner.log.lines.join('\n')).toMatch(
    new RegExp(`Downloading ${site.url}.*${names.zipName} \\(0.0 MB\\).*checksum verified`, 's')
  )
  expect(site.requested).toEqual([names.sums, names.signature, names.zip])

  site.files.clear()
  expect(await runner.install(site, version)).toEqual({...packer, source: 'tool-cache'})
})

it('takes a releases URL with a slash at its end', async () => {
  expect(await runner.install({...site, url: `${site.url}/`}, version)).toMatchObject({source: 'download'})
})

it('says that a version does not exist', async () => {
  const text = await runner.failure(runner.install(site, '1.98.0'))
  expect(text).toContain('Packer 1.98.0 does not exist there')
  expect(text).toContain(`${site.url}/packer/`)
  expect(site.requested).toHaveLength(1)
})

it('downloads no zip whose checksums are not signed by the trusted key', async () => {
  site.files.set(names.signature, 'x')
  await runner.failure(runner.install(site, version))
  expect(site.requested).not.toContain(names.zip)
})

it("trusts HashiCorp's key alone unless it is told otherwise", async () => {
  const request = {version, releasesUrl: site.url}
  const running = installPacker(request, {env: process.env, log: runner.log}, new AbortController().signal)
  expect(await runner.failure(running)).toContain('expected the key C874011F0AB405110D02105534365D9472D7468F')
})

it('follows redirects within the host', async () => {
  site.files.set('/elsewhere', standInZip)
  site.files.set(names.zip, (_, response) => response.writeHead(302, {location: '/mirror/elsewhere'}).end())
  expect(await runner.install(site, version)).toMatchObject({source: 'download'})
})

it('never asks the other host of a redirect', async () => {
  let asked = 0
  const other = await serve((_, response) => response.end(String((asked += 1))))
  site.files.set(names.zip, (_, response) => response.writeHead(302, {location: `${other.url}/x`}).end())
  try {
    expect(await runner.failure(runner.install(site, version))).toContain(`another host, ${other.url}, is refused`)
    expect(asked).toBe(0)
  } finally {
    await other.close()
  }
})

it('ends an endless redirect', async () => {
  site.files.set(names.sums, (request, response) => response.writeHead(302, {location: request.url ?? ''}).end())
  expect(await runner.failure(runner.install(site, version))).toContain('more than 5 redirects')
})

it('tries again before it says that a download ended early', async () => {
  site.files.set(names.zip, (_, response) => {
    response.writeHead(200, {'content-length': standInZip.length})
    response.write(standInZip.subarray(0, 20), () => response.destroy())
  })
  await runner.failure(runner.install(site, version))
  expect(site.requested.filter((name) => name === names.zip)).toHaveLength(4)
})

it('recovers from a server error and from a broken connection', async () => {
  const failures: Answer[] = [
    (_, response) => response.writeHead(503).end(),
    (request) => request.socket.destroy(),
    (_, response) => response.writeHead(200, {'content-length': 1_000}).end('short')
  ]
  site.files.set(names.zip, (request, response) => {
    const next = failures.shift()
    return typeof next === 'function' ? next(request, response) : response.end(standInZip)
  })
  expect(await runner.install(site, version)).toMatchObject({source: 'download'})
})

it('ends when it is aborted, and leaves nothing', async () => {
  const cancel = new AbortController()
  site.files.set(names.zip, () => cancel.abort(new Error('cancelled here')))
  await expect(runner.install(site, version, {}, cancel.signal)).rejects.toThrow('cancelled here')
  expect(await readdir(runner.temp)).toEqual([])
  expect(await readdir(runner.cache)).toEqual([])
})

it('says that it cannot be reached', async () => {
  const text = await runner.failure(runner.install({...site, url: 'http://127.0.0.1:1'}, version))
  expect(text).toMatch(/ECONNREFUSED.*packer-releases-url/s)
})

async function onPath(script: string): Promise<string> {
  const file = path.join(runner.folder, 'packer')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  process.env['PATH'] = `${runner.folder}:${process.env['PATH']}`
  return file
}

it('takes the Packer on PATH and asks it for its version, with nothing secret around', async () => {
  const file = await onPath(`[ "$*$SECRET" = "version -machine-readable" ] && echo 1795389954,,version,1.6.6`)
  process.env['SECRET'] = 'x'
  expect(await runner.install(site, 'system')).toEqual({path: file, version: '1.6.6', source: 'system'})
  expect(runner.log.lines).toEqual([`Packer 1.6.6 is the one on PATH: ${file}`])
})

it('says what to do when there is no Packer on PATH', async () => {
  process.env['PATH'] = runner.folder
  expect(await runner.failure(runner.install(site, 'system'))).toMatch(/no packer on PATH.*exact version/)
})

it("recognizes that cracklib's packer is another program, although it waits for input", async () => {
  await onPath('cat; echo 0 0')
  expect(await runner.failure(runner.install(site, 'system'))).toMatch(/not HashiCorp's Packer.*"0 0"/)
})
