import {spawn} from 'node:child_process'
import {createHmac} from 'node:crypto'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {AddressInfo} from 'node:net'
import {gzipSync} from 'node:zlib'
import {expect, it} from '@jest/globals'
import {newProbeKey, reportIn, selfProbe, withoutReports} from '../../../src/smoke/self-probe.ts'

const key = newProbeKey()

/** A line as the machine prints it. */
function report(answer: unknown, by = key): string {
  const text = gzipSync(JSON.stringify(answer)).toString('base64')
  return `bake-jenkins-ami-probe ${text} ${createHmac('sha256', by).update(text).digest('hex')}\r\n`
}
const ready = {status: 200, version: '2.568.2', body: '<html>'}

it('makes a key for each test', () => {
  expect(newProbeKey()).toMatch(/^[0-9a-f]{64}$/)
  expect(newProbeKey()).not.toBe(key)
})

it('reads the newest report', () => {
  const text = `boot\r\n${report({reason: 'refused'})}${report(ready)}login: `
  expect(reportIn(text, key)).toEqual({kind: 'http', status: 200, version: '2.568.2', body: '<html>'})
  expect(reportIn(report({reason: 'refused'}), key)).toEqual({kind: 'none', reason: 'refused'})
})

it('takes nothing for a report that was not made with the key: what an image has recorded, or another program prints', () => {
  expect(reportIn(report(ready, newProbeKey()), key)).toBeUndefined()
  expect(reportIn(`${report({reason: 'refused'})}${report(ready, 'guess')}`, key)).toMatchObject({kind: 'none'})
  expect(reportIn('', key)).toBeUndefined()
})

it('passes over a report that other output has torn, to the one before', () => {
  const torn = report({reason: 'later'}).replace('probe ', 'probe [   12.3] audit: ')
  expect(reportIn(report(ready) + torn, key)).toMatchObject({status: 200})
})

it.each([
  ['no object', 3],
  ['no page', {status: 200, version: '2.568.2'}],
  ['words for a status', {status: 'ready', body: ''}]
])('takes %s for no answer, whoever signed it', (_, answer) => {
  expect(reportIn(report(answer), key)).toMatchObject({kind: 'none'})
})

it('keeps no more of a page than of one that it asked for itself', () => {
  const body = 'x'.repeat(200_000)
  expect(reportIn(report({...ready, body}), key)).toMatchObject({kind: 'http', body: 'x'.repeat(65_536)})
})

it('takes no text for a version', () => {
  expect(reportIn(report({...ready, version: '2.0"; id'}), key)).toEqual({kind: 'http', status: 200, body: '<html>'})
})

it('keeps the reports from people, and the key from the console', () => {
  expect(withoutReports(`one\r\n${report(ready)}two`)).toBe('one\r\ntwo')
  expect(report(ready)).not.toContain(key)
})

it('is a program that reports what this machine’s Jenkins answers', async () => {
  const server = createServer((request, response) => {
    response.writeHead(503, {'X-Jenkins': '2.568.2'}).end(`${request.url} Please wait: getting ready to work ü`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const folder = mkdtempSync(join(tmpdir(), 'probe-'))
  const file = join(folder, 'console')
  writeFileSync(file, '')
  // The program's way to its own address and its console are replaced: a test leaves neither the loopback address nor its folder.
  const program = selfProbe(key, (server.address() as AddressInfo).port)
    .replace('169.254.169.254', '127.0.0.1')
    .replace("'/dev/console', 'w'", `${JSON.stringify(file)}, 'a'`)
  const python = spawn('python3', ['-I', '-c', program], {stdio: 'ignore'})
  try {
    await once(server, 'request')
    while (reportIn(readFileSync(file, 'utf8'), key) === undefined) await new Promise((done) => setTimeout(done, 20))
    expect(reportIn(readFileSync(file, 'utf8'), key)).toEqual({
      kind: 'http',
      status: 503,
      version: '2.568.2',
      body: '/login Please wait: getting ready to work ü'
    })
  } finally {
    python.kill('SIGKILL')
    server.close().closeAllConnections()
  }
})
