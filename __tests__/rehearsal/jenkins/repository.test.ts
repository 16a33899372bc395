import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {once} from 'node:events'
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {
  buildJenkinsRepository,
  type JenkinsRepository,
  type JenkinsRepositoryOptions
} from '../../../rehearsal/jenkins/repository.ts'
import {readPackage} from '../../../rehearsal/jenkins/real/package.ts'
import {listStandIns} from '../../../rehearsal/jenkins/update-center.ts'
import {run} from '../../../rehearsal/host/run.ts'
import {bytesReader} from '../../../src/lib/http.ts'
import {resolveJenkins} from '../../../src/plan/jenkins-version.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {fixtures, warManifest} from './real/fixtures.ts'

interface Running extends JenkinsRepository {
  readonly url: string
}

const running: Running[] = []
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repository-'))
})
afterEach(async () => {
  for (const {server} of running.splice(0)) server.close().closeAllConnections()
  await rm(folder, {recursive: true})
})

/** A host without a compiler, which is quicker. */
const withoutCompiler: typeof run = (command, args) =>
  command === 'javac' ? Promise.reject(new Error('no javac')) : run(command, args)

async function start(options: JenkinsRepositoryOptions = {run: withoutCompiler}): Promise<Running> {
  const repository = await buildJenkinsRepository(options)
  repository.server.listen(0, '127.0.0.1')
  await once(repository.server, 'listening')
  const {port} = repository.server.address() as AddressInfo
  const listening = {...repository, url: `http://127.0.0.1:${port}`}
  running.push(listening)
  return listening
}

/** An apt of its own, with one source, as the template's script writes it. */
async function apt(repository: Running, key: string) {
  for (const name of ['etc/apt/preferences.d', 'state/lists/partial', 'cache/archives/partial', 'dpkg']) {
    await mkdir(join(folder, name), {recursive: true})
  }
  await writeFile(join(folder, 'dpkg/status'), '')
  await writeFile(join(folder, 'key.asc'), key)
  await writeFile(
    join(folder, 'sources.list'),
    `deb [signed-by=${join(folder, 'key.asc')}] ${repository.url}/ binary/\n`
  )
  const settings = {
    'Dir::Etc': join(folder, 'etc/apt'),
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': join(folder, 'dpkg/status'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Architecture': 'amd64',
    'APT::Update::Error-Mode': 'any',
    'APT::Sandbox::User': '',
    'Acquire::http::Proxy': 'DIRECT',
    'Acquire::Languages': 'none'
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return (...args: string[]) => run('apt-get', [...options, ...args], {cwd: folder})
}

const keyOf = async ({url}: Running) => (await fetch(`${url}/jenkins.io-2026.key`)).text()

it('is one that apt trusts by its key and takes the package from', async () => {
  const repository = await start({version: '2.570'})
  expect(repository).toMatchObject({version: '2.570', standIn: true})
  const get = await apt(repository, await keyOf(repository))
  await get('update')
  await get('download', 'jenkins=2.570')
  expect(await readdir(folder)).toContain('jenkins_2.570_all.deb')
})

it('is one that apt refuses with the key of another', async () => {
  const [repository, other] = [await start(), await start()]
  expect(other.keyFingerprint).not.toBe(repository.keyFingerprint)
  const get = await apt(repository, await keyOf(other))
  await expect(get('update')).rejects.toThrow('NO_PUBKEY')
})

it('has one key, with the fingerprint that it names', async () => {
  const repository = await start()
  const home = join(folder, 'gnupg')
  await mkdir(home, {mode: 0o700})
  await writeFile(join(folder, 'key.asc'), await keyOf(repository))
  const shown = await run('gpg', [
    '--homedir',
    home,
    '--batch',
    '--with-colons',
    '--show-keys',
    join(folder, 'key.asc')
  ])
  expect(shown.match(/^pub:/gm)).toHaveLength(1)
  expect(/^fpr:+([0-9A-F]{40}):/m.exec(shown)?.[1]).toBe(repository.keyFingerprint)
})

it('is one in which the action finds the version, and which says that it stands in', async () => {
  const repository = await start()
  const release = await resolveJenkins(
    {version: 'lts', packages: 'deb', repositoryUrl: repository.url},
    {readBytes: bytesReader({}, 10_000), log: recordingLog()},
    AbortSignal.timeout(300_000)
  )
  expect(release.version).toBe(repository.version)
  expect(await (await fetch(`${repository.url}/binary/Packages`)).text()).toContain('stand-in')
})

it('has nothing else', async () => {
  const repository = await start()
  expect((await fetch(`${repository.url}/binary/../package.json`)).status).toBe(404)
})

it('takes the package from the cache that was built in the same way before', async () => {
  const built: string[] = []
  const counting: typeof run = (command, args, options) => {
    if (command === 'dpkg-deb') built.push(command)
    return withoutCompiler(command, args, options)
  }
  const cache = join(folder, 'cache')
  const [first, second] = [await start({run: counting, cache}), await start({run: counting, cache})]
  const packages = await Promise.all(
    [first, second].map(async ({url}) => (await fetch(`${url}/binary/jenkins_2.568.2_all.deb`)).arrayBuffer())
  )
  expect(built).toHaveLength(1)
  expect(packages[0]).toEqual(packages[1])
  await start({run: counting, cache, failure: 'port-taken'})
  await start({run: counting, cache, version: '2.570'})
  expect(built).toHaveLength(3)
})

it('serves a real .deb as it is, signed by its key, and says that it is Jenkins', async () => {
  const files = await fixtures()
  try {
    const path = await files.deb('given.deb', {Package: 'jenkins', Version: '2.570', Depends: 'net-tools'})
    const realPackage = await readPackage({path, kind: 'deb', by: 'a test'}, run)
    const repository = await start({realPackage})
    expect(repository).toMatchObject({version: '2.570', standIn: false})
    const get = await apt(repository, await keyOf(repository))
    await get('update')
    await get('download', 'jenkins=2.570')
    expect(await readFile(join(folder, 'jenkins_2.570_all.deb'))).toEqual(await readFile(path))
    expect(await (await fetch(`${repository.url}/binary/Packages`)).text()).not.toContain('stand-in')
  } finally {
    await files.remove()
  }
})

it('serves a real WAR in a package', async () => {
  const files = await fixtures()
  try {
    const path = await files.archive('given.war', warManifest('2.570'))
    const realPackage = await readPackage({path, kind: 'war', by: 'a test'}, run)
    const repository = await start({realPackage, plugins: listStandIns([])})
    expect(repository).toMatchObject({version: '2.570', standIn: false})
    const deb = await fetch(`${repository.url}/binary/jenkins_2.570_all.deb`)
    await writeFile(join(folder, 'served.deb'), Buffer.from(await deb.arrayBuffer()))
    await run('dpkg-deb', ['--extract', join(folder, 'served.deb'), join(folder, 'unpacked')])
    expect(await readFile(join(folder, 'unpacked/usr/share/java/jenkins.war'))).toEqual(await readFile(path))
    expect(await (await fetch(`${repository.url}/update-center.json`)).text()).toContain('"plugins":{}')
  } finally {
    await files.remove()
  }
})
