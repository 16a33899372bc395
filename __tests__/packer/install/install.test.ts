import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from '@jest/globals'
import * as openpgp from 'openpgp'
import {installPacker} from '../../../src/packer/install/install.ts'
import {platformOf} from '../../../src/packer/install/release.ts'
import {UserError} from '../../../src/report/errors.ts'
import {recordingLog, serve} from '../../credentials/stand-ins.ts'

const version = '1.99.0'
const platform = platformOf(process.platform, process.arch)
const zipName = `packer_${version}_${platform}.zip`
const root = `/mirror/packer/${version}`
const signal = new AbortController().signal

type Answer = Buffer | string | ((request: IncomingMessage, response: ServerResponse) => void)

let folder: string
let packerZip: Buffer
let key: {privateKey: openpgp.PrivateKey; publicKey: string}
let site: Awaited<ReturnType<typeof serve>>
let files: Map<string, Answer>
let requested: string[]
let log: ReturnType<typeof recordingLog>
const saved = {...process.env}

/** A pair of keys of the test's own: HashiCorp's private one is HashiCorp's. */
async function generateKey() {
  const {privateKey, publicKey} = await openpgp.generateKey({userIDs: [{name: 'Test'}], format: 'object'})
  return {privateKey, publicKey: publicKey.armor()}
}

async function sign(text: string, privateKey: openpgp.PrivateKey): Promise<Buffer> {
  const message = await openpgp.createMessage({binary: Buffer.from(text)})
  const signature = await openpgp.sign({message, signingKeys: privateKey, detached: true, format: 'binary'})
  return Buffer.from(signature)
}

async function zipOf(name: string, content: string): Promise<Buffer> {
  const place = await mkdtemp(path.join(tmpdir(), 'zip-'))
  await writeFile(path.join(place, name), content, {mode: 0o755})
  execFileSync('zip', ['-q', 'release.zip', name], {cwd: place})
  const zip = await readFile(path.join(place, 'release.zip'))
  await rm(place, {recursive: true})
  return zip
}

/** Publishes a release as HashiCorp does: zip, checksums and their signature. */
async function publish(zip: Buffer, privateKey = key.privateKey): Promise<void> {
  const sums = `${'0'.repeat(64)}  packer_${version}_plan9_mips.zip\n${createHash('sha256').update(zip).digest('hex')}  ${zipName}\n`
  files.set(`${root}/packer_${version}_SHA256SUMS`, sums)
  files.set(`${root}/packer_${version}_SHA256SUMS.sig`, await sign(sums, privateKey))
  files.set(`${root}/${zipName}`, zip)
}

beforeAll(async () => {
  key = await generateKey()
  packerZip = await zipOf('packer', '#!/bin/sh\necho a packer\n')
})

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'install-'))
  await Promise.all([mkdir(path.join(folder, 'temp')), mkdir(path.join(folder, 'cache'))])
  process.env['RUNNER_TEMP'] = path.join(folder, 'temp')
  process.env['RUNNER_TOOL_CACHE'] = path.join(folder, 'cache')
  files = new Map()
  requested = []
  log = recordingLog()
  site = await serve((request, response) => {
    const url = request.url ?? ''
    requested.push(url.replace(`${root}/`, ''))
    const answer = files.get(url)
    if (typeof answer === 'function') return answer(request, response)
    if (answer === undefined) return void response.writeHead(404).end('not here')
    response.setHeader('content-length', Buffer.byteLength(answer))
    response.end(answer)
  })
})

afterEach(async () => {
  process.env = {...saved}
  await Promise.all([site.close(), rm(folder, {recursive: true})])
})

afterAll(() => {
  process.env = saved
})

const install = (request: {version?: string; releasesUrl?: string} = {}, trustedKey?: string) =>
  installPacker(
    {version, releasesUrl: `${site.url}/mirror`, ...request},
    {env: process.env, log, trustedKey: trustedKey ?? key.publicKey, pause: () => Promise.resolve()},
    signal
  )

/** A failed installation: its message; and nothing of it in the tool cache or the temporary folder. */
async function failure(running: Promise<unknown>): Promise<string> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason
  )
  if (!(error instanceof UserError)) throw new Error(`not a UserError: ${String(error)}`)
  expect(await readdir(path.join(folder, 'cache'))).toEqual([])
  expect(await readdir(path.join(folder, 'temp'))).toEqual([])
  return error.message
}

it('installs a verified release, says so, and finds it in the tool cache the next time', async () => {
  await publish(packerZip)
  const packer = await install()
  expect(packer).toMatchObject({version, source: 'download'})
  expect(packer.path.startsWith(path.join(folder, 'cache', 'packer', version))).toBe(true)
  expect(execFileSync(packer.path, {encoding: 'utf8'})).toBe('a packer\n')
  expect(await readdir(path.join(folder, 'temp'))).toEqual([])
  expect(log.lines.join('\n')).toMatch(
    new RegExp(`Downloading ${site.url}.*${zipName} \\(0.0 MB\\).*checksum verified`, 's')
  )
  expect(requested).toEqual([`packer_${version}_SHA256SUMS`, `packer_${version}_SHA256SUMS.sig`, zipName])

  files.clear()
  expect(await install()).toEqual({...packer, source: 'tool-cache'})
})

it('takes a releases URL with a slash at its end', async () => {
  await publish(packerZip)
  expect(await install({releasesUrl: `${site.url}/mirror/`})).toMatchObject({source: 'download'})
})

it('says that a version does not exist', async () => {
  const text = await failure(install())
  expect(text).toContain(`Packer ${version} does not exist there`)
  expect(text).toContain(`${site.url}/mirror/packer/`)
  expect(requested).toHaveLength(1)
})

it('refuses checksums without a signature', async () => {
  await publish(packerZip)
  files.delete(`${root}/packer_${version}_SHA256SUMS.sig`)
  expect(await failure(install())).toContain('not signed')
})

it("refuses another key's signature, before it downloads the zip", async () => {
  const other = await generateKey()
  await publish(packerZip, other.privateKey)
  expect(await failure(install())).toMatch(/not signed by HashiCorp: no valid signature of the key [\dA-F]{40}/)
  expect(requested).not.toContain(zipName)
})

it("trusts HashiCorp's key alone unless it is told otherwise", async () => {
  await publish(packerZip)
  const request = {version, releasesUrl: `${site.url}/mirror`}
  const text = await failure(installPacker(request, {env: process.env, log}, signal))
  expect(text).toContain('C874011F0AB405110D02105534365D9472D7468F')
})

it('refuses checksums that were changed after they were signed', async () => {
  await publish(packerZip)
  files.set(`${root}/packer_${version}_SHA256SUMS`, `${'a'.repeat(64)}  ${zipName}\n`)
  expect(await failure(install())).toContain('no valid signature')
})

it.each(['', 'not a signature'])('refuses %j in place of a signature', async (content) => {
  await publish(packerZip)
  files.set(`${root}/packer_${version}_SHA256SUMS.sig`, content)
  expect(await failure(install())).toContain('no valid signature')
})

it('refuses a zip whose checksum differs', async () => {
  await publish(packerZip)
  files.set(`${root}/${zipName}`, await zipOf('packer', 'something else'))
  expect(await failure(install())).toMatch(
    /not the file that HashiCorp released: its SHA-256 is [\da-f]{64}, and [\da-f]{64} is expected/
  )
})

it('says that the release lacks this platform', async () => {
  const sums = `${'0'.repeat(64)}  packer_${version}_plan9_mips.zip\n`
  files.set(`${root}/packer_${version}_SHA256SUMS`, sums)
  files.set(`${root}/packer_${version}_SHA256SUMS.sig`, await sign(sums, key.privateKey))
  expect(await failure(install())).toContain(`lists no ${zipName}`)
})

it('refuses a release without packer in it', async () => {
  await publish(await zipOf('parker', 'x'))
  expect(await failure(install())).toContain('holds no file `packer`')
})

it('refuses a release that is no zip', async () => {
  await publish(Buffer.from('<html>'))
  expect(await failure(install())).toMatch(/not a release of Packer.*Nothing was installed/s)
})

it('follows redirects within the host', async () => {
  await publish(packerZip)
  files.set(`/elsewhere/${zipName}`, files.get(`${root}/${zipName}`) ?? '')
  files.set(
    `${root}/${zipName}`,
    (_, response) => void response.writeHead(302, {location: `/elsewhere/${zipName}`}).end()
  )
  expect(await install()).toMatchObject({source: 'download'})
})

it('refuses a redirect to another host without asking it', async () => {
  await publish(packerZip)
  const other = await serve(() => requested.push('the other host'))
  files.set(
    `${root}/${zipName}`,
    (_, response) => void response.writeHead(302, {location: `${other.url}/${zipName}`}).end()
  )
  expect(await failure(install())).toContain(`a redirect to another host, ${other.url}, is refused`)
  expect(requested).not.toContain('the other host')
  await other.close()
})

it('ends an endless redirect', async () => {
  files.set(`${root}/packer_${version}_SHA256SUMS`, (request, response) => {
    response.writeHead(302, {location: request.url ?? ''}).end()
  })
  expect(await failure(install())).toContain('more than 5 redirects')
})

it('says that a download ended early, after it tried again', async () => {
  await publish(packerZip)
  files.set(`${root}/${zipName}`, (_, response) => {
    response.writeHead(200, {'content-length': packerZip.length})
    response.write(packerZip.subarray(0, 20), () => response.destroy())
  })
  expect(await failure(install())).toContain('the answer ended early')
  expect(requested.filter((name) => name === zipName)).toHaveLength(4)
})

it('recovers from a server error and from a broken connection', async () => {
  await publish(packerZip)
  const failures: Answer[] = [
    (_, response) => void response.writeHead(503).end(),
    (request) => void request.socket.destroy(),
    (_, response) => void response.writeHead(200, {'content-length': 1_000}).end('short')
  ]
  files.set(`${root}/${zipName}`, (request, response) => {
    const next = failures.shift()
    return typeof next === 'function' ? next(request, response) : void response.end(packerZip)
  })
  expect(await install()).toMatchObject({source: 'download'})
})

it('ends when it is aborted', async () => {
  await publish(packerZip)
  const cancel = new AbortController()
  files.set(`${root}/${zipName}`, () => cancel.abort(new Error('cancelled here')))
  const request = {version, releasesUrl: `${site.url}/mirror`}
  const running = installPacker(request, {env: process.env, log, trustedKey: key.publicKey}, cancel.signal)
  await expect(running).rejects.toThrow('cancelled here')
  expect(await readdir(path.join(folder, 'temp'))).toEqual([])
})

it('says that it cannot be reached', async () => {
  const text = await failure(install({releasesUrl: 'http://127.0.0.1:1'}))
  expect(text).toMatch(/ECONNREFUSED.*packer-releases-url/s)
})

async function onPath(script: string): Promise<string> {
  const file = path.join(folder, 'packer')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  process.env['PATH'] = `${folder}:${saved['PATH']}`
  return file
}

it('takes the Packer on PATH and asks it for its version, with nothing secret around', async () => {
  const file = await onPath(`[ "$*$SECRET" = "version -machine-readable" ] && echo 1795389954,,version,1.6.6`)
  process.env['SECRET'] = 'x'
  expect(await install({version: 'system'})).toEqual({path: file, version: '1.6.6', source: 'system'})
})

it('says what to do when there is no Packer on PATH', async () => {
  process.env['PATH'] = folder
  expect(await failure(install({version: 'system'}))).toMatch(/no packer on PATH.*exact version/)
})

it("recognizes that cracklib's packer is another program, although it waits for input", async () => {
  await onPath('cat; echo 0 0')
  expect(await failure(install({version: 'system'}))).toMatch(/not HashiCorp's Packer.*"0 0"/)
})
