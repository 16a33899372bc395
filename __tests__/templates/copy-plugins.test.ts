import {afterEach, beforeEach, expect, it} from '@jest/globals'
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {zipOf} from '../../rehearsal/host/zip.ts'
import {run} from '../../rehearsal/host/run.ts'

const script = join(import.meta.dirname, '../../templates/jenkins/files/copy-plugins.sh')
const archive = (version: string) =>
  zipOf([{name: 'META-INF/MANIFEST.MF', content: `Manifest-Version: 1.0\r\nPlugin-Version: ${version}\r\n`}])

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-plugins-'))
  await mkdir(join(folder, 'reference/plugins'), {recursive: true})
  await mkdir(join(folder, 'home'))
})
afterEach(() => rm(folder, {recursive: true}))

/** Starts with these plugins in the image and in JENKINS_HOME; resolves with those of JENKINS_HOME. */
async function start(
  image: Record<string, Buffer>,
  home: Record<string, Buffer> = {}
): Promise<Record<string, Buffer>> {
  const plugins = join(folder, 'home/plugins')
  await mkdir(plugins, {recursive: true})
  for (const [name, bytes] of Object.entries(image)) await writeFile(join(folder, 'reference/plugins', name), bytes)
  for (const [name, bytes] of Object.entries(home)) await writeFile(join(plugins, name), bytes)
  await run('bash', [script], {env: {JENKINS_HOME: join(folder, 'home'), JENKINS_REFERENCE: join(folder, 'reference')}})
  const names = await readdir(plugins)
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(plugins, name))] as const))
  )
}

it('brings plugins into an empty home, and leaves those alone that the image does not have', async () => {
  const plugins = {'git.jpi': archive('5.7.0'), 'structs.jpi': archive('350.v3b_30f09f2363')}
  const own = {'own.jpi': archive('1')}
  expect(await start(plugins, own)).toEqual({...plugins, ...own})
})

it.each([
  ['5.7.0', '5.10.0'],
  ['4.11.5', '5.0.0'],
  ['5.0.0-beta-2', '5.0.0'],
  ['5.0.0-rc1', '5.0.0'],
  ['1234.v0123456789ab', '1235.v0000000000aa'],
  // A security fix of an older line counts on below it.
  ['3894.vd0f0248b_a_fc4', '3894.3896.vca_2c931e7935'],
  ['350', '350.1']
])('upgrades %s to %s, and never the other way', async (older, newer) => {
  expect(await start({'a.jpi': archive(newer)}, {'a.jpi': archive(older)})).toEqual({'a.jpi': archive(newer)})
  expect(await start({'a.jpi': archive(older)}, {'a.jpi': archive(newer)})).toEqual({'a.jpi': archive(newer)})
})

it('replaces an archive that cannot be read, and copies nothing again that is there', async () => {
  const damaged = Buffer.from('PK but no more')
  expect(await start({'a.jpi': archive('1')}, {'a.jpi': damaged})).toEqual({'a.jpi': archive('1')})
  const same = Buffer.concat([archive('1'), Buffer.from('same version')])
  expect(await start({'a.jpi': archive('1')}, {'a.jpi': same})).toEqual({'a.jpi': same})
})
