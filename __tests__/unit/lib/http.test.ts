import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {once} from 'node:events'
import {createServer as createTlsServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import {selfSigned} from '../../../rehearsal/host/self-signed.ts'
import {bodyOf, get, textReader} from '../../../src/lib/http.ts'
import {download} from '../../../src/packer/install/download.ts'
import {serve} from '../credentials/stand-ins.ts'

const signal = new AbortController().signal

it('resolves with any answer and follows no redirect', async () => {
  const server = await serve((_, response) => response.writeHead(302, {location: '/other'}).end('moved'))
  const response = await get(new URL(server.url), {env: {}, signal})
  expect(response.statusCode).toBe(302)
  expect((await bodyOf(response, 100)).toString()).toBe('moved')
  await server.close()
})

it('reads no more of a body than it may', async () => {
  const server = await serve((_, response) => response.end('x'.repeat(101)))
  try {
    const response = await get(new URL(server.url), {env: {}, signal})
    await expect(bodyOf(response, 100)).rejects.toThrow('longer than 100 bytes')
  } finally {
    await server.close()
  }
})

it('follows a redirect to another host, and none from https to http', async () => {
  const {key, cert} = await selfSigned(['localhost'])
  const home = await mkdtemp(join(tmpdir(), 'redirect-'))
  const ca = join(home, 'ca.pem')
  await writeFile(ca, cert)
  let asked = 0
  const plain = await serve((_, response) => response.end(String((asked += 1))))
  const secure = createTlsServer({key, cert}, ({url = ''}, response) => {
    if (url === '/') response.end('over https')
    else response.writeHead(302, {location: url === '/down' ? plain.url : '/'}).end()
  })
  secure.listen(0, '127.0.0.1')
  await once(secure, 'listening')
  const address = `https://localhost:${(secure.address() as AddressInfo).port}`
  const up = await serve((_, response) => response.writeHead(302, {location: `${address}/`}).end())
  try {
    const env = {SSL_CERT_FILE: ca}
    const read = textReader(env, 100)
    expect(await read(up.url, signal)).toBe('over https')
    expect(await read(`${address}/again`, signal)).toBe('over https')
    await expect(read(`${address}/down`, signal)).rejects.toThrow(`a redirect from https to ${plain.url} is refused`)
    const options = {env, signal, pause: () => Promise.resolve()}
    await expect(download(new URL(`${address}/down`), async () => 'read', options)).rejects.toThrow('is refused')
    expect(asked).toBe(0)
  } finally {
    secure.close()
    secure.closeAllConnections()
    await Promise.all([plain.close(), up.close(), rm(home, {recursive: true})])
  }
})

it.each([
  [500, {}],
  [302, {}],
  [302, {location: '/for-ever'}]
])('says that a file is not there when the answer is %d %j', async (status, headers) => {
  const server = await serve((_, response) => response.writeHead(status, headers).end())
  await expect(textReader({}, 100)(server.url, signal)).rejects.toThrow(`it answered ${status}`)
  await server.close()
})
