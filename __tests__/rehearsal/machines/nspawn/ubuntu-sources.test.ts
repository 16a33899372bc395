import {createServer, type Server} from 'node:http'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, it} from '@jest/globals'
import type {Host} from '../../../../rehearsal/machines/nspawn/host.ts'
import {
  mirrorVariable,
  ubuntuKeyring,
  ubuntuMirror,
  ubuntuSources
} from '../../../../rehearsal/machines/nspawn/ubuntu-sources.ts'

let server: Server
let mirror: string
let files: Readonly<Record<string, string>>
beforeEach(async () => {
  files = {'/ubuntu/dists/noble/InRelease': 'Origin: Ubuntu'}
  server = createServer(({url = ''}, response) => {
    const file = files[url]
    response.writeHead(file === undefined ? 404 : 200).end(file)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ubuntu`
})
afterEach(() => server.close().closeAllConnections())

it('takes the mirror that the environment names', async () => {
  const targets = 'Ubuntu Ubuntu http://127.0.0.1:1/ubuntu'
  expect(await ubuntuMirror(targets, {[mirrorVariable]: `${mirror}/`})).toBe(mirror)
})

it('takes the one of an Ubuntu host’s own apt', async () => {
  const targets = `Ubuntu Other http://127.0.0.1:1/other\nUbuntu Ubuntu ${mirror}/\n`
  expect(await ubuntuMirror(targets, {})).toBe(mirror)
})

it('says in one sentence that the packages cannot be reached, and which setting names another mirror', async () => {
  files = {}
  await expect(ubuntuMirror('', {[mirrorVariable]: mirror})).rejects.toThrow(
    `The base system Ubuntu 24.04 cannot be had here, because its packages cannot be reached at ${mirror}/dists/noble/InRelease: it answers 404; REHEARSAL_UBUNTU_MIRROR names another mirror.`
  )
  await expect(ubuntuMirror('', {[mirrorVariable]: 'http://127.0.0.1:1/ubuntu'})).rejects.toThrow(/cannot be had here/)
})

it('has updates and security fixes too, in the components that Java is in', () => {
  expect(ubuntuSources('http://mirror.example/ubuntu')).toEqual([
    'deb http://mirror.example/ubuntu noble main universe',
    'deb http://mirror.example/ubuntu noble-updates main universe',
    'deb http://mirror.example/ubuntu noble-security main universe'
  ])
})

it('trusts no other keys than those of Ubuntu’s own package', async () => {
  const commands: string[] = []
  const host: Host = {
    prefix: [],
    env: {},
    run: async (command) => {
      commands.push(command)
      return ''
    },
    watch: async () => {}
  }
  const scratch = await mkdtemp(join(tmpdir(), 'keyring-'))
  try {
    const keyring = ubuntuKeyring(mirror, {host, scratch, hostKeyring: join(scratch, 'none')})
    await expect(keyring).rejects.toThrow(/cannot be had: .*ubuntu-keyring_\S+ answers 404$/)
    files = {'/ubuntu/pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb': 'another package'}
    const other = ubuntuKeyring(mirror, {host, scratch, hostKeyring: join(scratch, 'none')})
    await expect(other).rejects.toThrow(/cannot be trusted: .* has the SHA-256 [0-9a-f]{64}, and not 36de43b15853/)
    expect(commands).toEqual([])
  } finally {
    await rm(scratch, {recursive: true})
  }
})
