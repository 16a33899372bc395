import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {
  startJenkinsRepository,
  type JenkinsRepository,
  type JenkinsRepositoryOptions
} from '../../../rehearsal/jenkins/repository.ts'
import {run} from '../../../rehearsal/packers/run.ts'
import {textReader} from '../../../src/http.ts'
import {resolveJenkins} from '../../../src/image/jenkinsVersion.ts'
import {recordingLog} from '../../recordingLog.ts'

const running: JenkinsRepository[] = []
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repository-'))
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((repository) => repository.stop()))
  await rm(folder, {recursive: true})
})

/** A host without a compiler, which is quicker. */
const withoutCompiler: typeof run = (command, args) =>
  command === 'javac' ? Promise.reject(new Error('no javac')) : run(command, args)

async function start(options: JenkinsRepositoryOptions = {run: withoutCompiler}): Promise<JenkinsRepository> {
  const repository = await startJenkinsRepository(options)
  running.push(repository)
  return repository
}

/** An apt of its own, with one source, as the template's script writes it. */
async function apt(repository: JenkinsRepository, key: string) {
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

const keyOf = async ({url}: JenkinsRepository) => (await fetch(`${url}/jenkins.io-2026.key`)).text()

it('is one that apt trusts by its key and takes the package from', async () => {
  const repository = await start({address: '127.0.0.42', version: '2.570'})
  expect(repository).toMatchObject({version: '2.570', standIn: true, url: expect.stringContaining('//127.0.0.42:')})
  const get = await apt(repository, await keyOf(repository))
  await get('update')
  await get('download', 'jenkins=2.570')
  expect(await readdir(folder)).toContain('jenkins_2.570_all.deb')
}, 60_000)

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
    'lts',
    repository.url,
    {read: textReader({}, 10_000), log: recordingLog()},
    AbortSignal.timeout(5_000)
  )
  expect(release.version).toBe(repository.version)
  expect(await (await fetch(`${repository.url}/binary/Packages`)).text()).toContain('stand-in')
})

it('has nothing else, and stops while a client keeps its connection open', async () => {
  const repository = await start()
  expect((await fetch(`${repository.url}/binary/../package.json`)).status).toBe(404)
  await repository.stop()
  await expect(fetch(repository.url)).rejects.toThrow('fetch failed')
})
