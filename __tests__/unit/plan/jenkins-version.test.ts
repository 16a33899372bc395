import {expect, it} from '@jest/globals'
import {gzipSync} from 'node:zlib'
import type {ReadBytes} from '../../../src/lib/http.ts'
import {resolveJenkins} from '../../../src/plan/jenkins-version.ts'
import {recordingLog, type RecordingLog} from '../../helpers/recording-log.ts'

const never = new AbortController().signal
const asked: string[] = []

type File = string | Buffer | Error

/** A repository that answers every request alike, or has files by their paths. */
function repository(content: File | Readonly<Record<string, File>>): {readBytes: ReadBytes; log: RecordingLog} {
  asked.length = 0
  const isFile = typeof content === 'string' || content instanceof Error || content instanceof Buffer
  const readBytes: ReadBytes = async (url) => {
    asked.push(url)
    const [, file] = isFile ? ['', content] : (Object.entries(content).find(([path]) => url.endsWith(path)) ?? [])
    if (file === undefined) throw new Error('it answered 404')
    if (file instanceof Error) throw file
    return Buffer.from(file)
  }
  return {readBytes, log: recordingLog()}
}

const debian = {packages: 'deb'} as const

const index = [
  'Package: jenkins\nVersion: 2.555.3\nArchitecture: all',
  'Package: jenkins\nVersion: 2.568.10\nDescription: x\n Version: 9.9.9',
  'Package: jenkins\nVersion: 2.568.9',
  'Package: jenkins-agent\nVersion: 3.0.0',
  'Package: jenkins\nVersion: 2.600~rc1'
].join('\n\n')

it('takes the newest release that the repository offers', async () => {
  const release = await resolveJenkins({...debian, version: 'lts'}, repository(index), never)
  expect(release).toEqual({version: '2.568.10', repositoryUrl: 'https://pkg.jenkins.io/debian-stable'})
  expect(asked).toEqual(['https://pkg.jenkins.io/debian-stable/binary/Packages'])
})

it('looks for weekly releases in the other repository', async () => {
  await resolveJenkins({...debian, version: 'weekly'}, repository(index), never)
  expect(asked).toEqual(['https://pkg.jenkins.io/debian/binary/Packages'])
})

it('asks the own repository where one is given', async () => {
  await resolveJenkins(
    {...debian, version: 'lts', repositoryUrl: 'https://mirror.example.org/jenkins'},
    repository(index),
    never
  )
  expect(asked).toEqual(['https://mirror.example.org/jenkins/binary/Packages'])
})

it.each([
  ['2.555.3', 'https://pkg.jenkins.io/debian-stable'],
  ['2.570', 'https://pkg.jenkins.io/debian']
])('takes the exact version %s when the repository has it', async (version, repositoryUrl) => {
  const offered = repository(`Package: jenkins\nVersion: ${version}`)
  expect(await resolveJenkins({...debian, version}, offered, never)).toEqual({version, repositoryUrl})
})

it('names what there is when the repository does not have the exact version', async () => {
  await expect(resolveJenkins({...debian, version: '2.999.9'}, repository(index), never)).rejects.toThrow(
    /^Input 'jenkins-version': .* has no Jenkins '2\.999\.9'\. It offers 2\.555\.3, 2\.568\.9, 2\.568\.10\.$/
  )
})

it('takes an exact version unchecked when only the machine reaches the repository', async () => {
  const unreachable = repository(new Error('no route'))
  expect(
    (
      await resolveJenkins(
        {...debian, version: '2.555.3', repositoryUrl: 'https://inside.example.org'},
        unreachable,
        never
      )
    ).version
  ).toBe('2.555.3')
  expect(unreachable.log.lines).toEqual([expect.stringMatching(/^warning: It could not be checked .* no route\.$/)])
})

it.each([
  [
    'has no Jenkins',
    repository('Package: other\nVersion: 1.0'),
    /has no Jenkins 'lts'\. It lists no package 'jenkins'/
  ],
  [
    'cannot be read',
    repository(new Error('it answered 404')),
    /could not be looked up\. .* answered 404.*'jenkins-version'/
  ]
])('says what to do when the repository %s', async (_, offered, message) => {
  await expect(resolveJenkins({...debian, version: 'lts'}, offered, never)).rejects.toThrow(message)
})

const primary = `<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" packages="3">
<package type="rpm">
  <name>jenkins</name>
  <arch>noarch</arch>
  <version epoch="0" ver="2.568.9" rel="1.1"/>
</package>
<package type="rpm">
  <name>jenkins</name>
  <arch>noarch</arch>
  <version epoch="0" ver="2.568.10" rel="1"/>
</package>
<package type="rpm">
  <name>jenkins-agent</name>
  <version epoch="0" ver="3.1.0" rel="1"/>
</package>
</metadata>`
const rpms = {
  '/repodata/repomd.xml': `<repomd><data type="filelists"><location href="repodata/f.xml.gz"/></data>
    <data type="primary"><checksum type="sha256">1</checksum><location href="repodata/1-primary.xml.gz"/></data></repomd>`,
  '/repodata/1-primary.xml.gz': gzipSync(primary)
}

it.each([
  ['lts', 'https://pkg.jenkins.io/rpm-stable', '2.568.10'],
  ['2.568.9', 'https://pkg.jenkins.io/rpm-stable', '2.568.9'],
  ['weekly', 'https://pkg.jenkins.io/rpm', '2.568.10']
])('asks for %s of Amazon Linux in the RPM repository', async (version, repositoryUrl, found) => {
  const release = await resolveJenkins({packages: 'rpm', version}, repository(rpms), never)
  expect(release).toEqual({version: found, repositoryUrl})
  expect(asked).toEqual([`${repositoryUrl}/repodata/repomd.xml`, `${repositoryUrl}/repodata/1-primary.xml.gz`])
})

const mirror = {version: 'lts', repositoryUrl: 'https://mirror.example.org'}

it('finds out of what kind the mirror for an image of one’s own is', async () => {
  const own = mirror
  expect((await resolveJenkins(own, repository(rpms), never)).version).toBe('2.568.10')
  expect((await resolveJenkins(own, repository(index), never)).version).toBe('2.568.10')
  await expect(resolveJenkins(own, repository({}), never)).rejects.toThrow(
    'https://mirror.example.org/binary/Packages could not be read: it answered 404.'
  )
})

it('does not take a mirror of Debian packages for Amazon Linux', async () => {
  await expect(
    resolveJenkins({...mirror, packages: 'rpm'}, repository({'/binary/Packages': index}), never)
  ).rejects.toThrow('https://mirror.example.org/repodata/repomd.xml could not be read: it answered 404.')
})

it.each([
  ['without a primary index', '<repomd></repomd>', 'it names no primary index'],
  [
    'with an index in another folder',
    '<data type="primary"><location href="../../etc.xml.gz?x"/></data>',
    'it names no primary index'
  ],
  [
    'with an index packed by xz',
    '<data type="primary"><location href="repodata/primary.xml.xz"/></data>',
    'compressed in a way'
  ]
])('refuses an RPM repository %s', async (_, repomd, message) => {
  const broken = repository({'/repomd.xml': repomd, 'primary.xml.xz': ''})
  await expect(resolveJenkins({packages: 'rpm', version: 'lts'}, broken, never)).rejects.toThrow(message)
})

// What is quadratic does not come to an end with these.
const long = 20_000_000
it.each([
  ['blanks', `\n${' '.repeat(long)}`, /lists no package 'jenkins'/],
  ['empty lines', '\n'.repeat(long / 10), /lists no package 'jenkins'/],
  ['a paragraph that goes on', `Package: jenkins\n${'Version: 1'.repeat(long / 10)}`, /lists no package 'jenkins'/],
  [
    'versions',
    Array.from({length: 100_001}, (_, count) => `Package: jenkins\nVersion: 2.${count}\n`).join('\n'),
    /it lists more than 100000 versions of Jenkins/
  ]
])('reads an index of Debian packages with a great many %s', async (_, content, message) => {
  await expect(resolveJenkins({...debian, version: 'lts'}, repository(content), never)).rejects.toThrow(message)
})

it.each([
  ['indexes', {'/repomd.xml': '<data type="primary">'.repeat(long / 20)}, 'it names no primary index'],
  [
    'packages that do not end',
    {'/repomd.xml': rpms['/repodata/repomd.xml'], '1-primary.xml.gz': gzipSync('<package '.repeat(long / 10))},
    "lists no package 'jenkins'"
  ],
  [
    'versions that do not end',
    {
      '/repomd.xml': rpms['/repodata/repomd.xml'],
      '1-primary.xml.gz': gzipSync(`<package type="rpm"><name>jenkins</name>${'<version '.repeat(long / 10)}</package>`)
    },
    "lists no package 'jenkins'"
  ]
])('reads an index of RPMs with a great many %s', async (_, files, message) => {
  await expect(resolveJenkins({packages: 'rpm', version: 'lts'}, repository(files), never)).rejects.toThrow(message)
})

it('notices a version that YAML has made shorter', async () => {
  const versions = ['2.57', '2.57.1', '2.570', '2.571']
    .map((version) => `Package: jenkins\nVersion: ${version}`)
    .join('\n\n')
  const ask = (version: string) => resolveJenkins({...debian, version}, repository(versions), never)
  await expect(ask('2.57')).rejects.toThrow(
    /YAML turns 2\.570 without quotes into '2\.57', and .*: write '2\.570' in quotes\./
  )
  expect(await ask('2.570')).toMatchObject({version: '2.570'})
  expect(await ask('2.57.1')).toMatchObject({version: '2.57.1'})
  expect(await ask('2.571')).toMatchObject({version: '2.571'})
})
