import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {extname, join} from 'node:path'
import type {PackageKind} from '../../../../rehearsal/jenkins/real/files.ts'
import {readPackage} from '../../../../rehearsal/jenkins/real/package.ts'
import {run, type Run} from '../../../../rehearsal/host/run.ts'
import {fixtures, warManifest, type Fixtures} from './fixtures.ts'

let files: Fixtures
beforeAll(async () => {
  files = await fixtures()
})
afterAll(() => files.remove())

const read = (path: string, using: Run = run) =>
  readPackage({path, kind: extname(path).slice(1) as PackageKind, by: '--jenkins-package'}, using)

it('finds version and control paragraph in a .deb', async () => {
  const path = await files.deb('real.deb', {
    Package: 'jenkins',
    Version: '2.568.2',
    Description: 'Jenkins\n Package: other'
  })
  const found = await read(path)
  expect(found).toMatchObject({path, kind: 'deb', version: '2.568.2'})
  expect(found.control).toMatch(/^Package: jenkins$/m)
})

it('finds the version in a WAR’s manifest', async () => {
  const path = await files.archive('real.war', warManifest('2.570'))
  expect(await read(path)).toMatchObject({path, kind: 'war', version: '2.570'})
})

it('asks rpm for the version of an .rpm', async () => {
  const asked: string[][] = []
  const rpm: Run = async (command, args) => {
    asked.push([command, ...args])
    return 'jenkins 2.568.2'
  }
  const path = await files.text('real.rpm', '')
  expect(await read(path, rpm)).toMatchObject({path, kind: 'rpm', version: '2.568.2'})
  expect(asked).toEqual([['rpm', '--query', '--package', '--nosignature', '--queryformat', '%{NAME} %{VERSION}', path]])
  await expect(read(path, async () => 'jenkins-agent 1.0')).rejects.toThrow(
    "it is an RPM package called 'jenkins-agent'"
  )
})

it.each<[string, () => Promise<string>, RegExp]>([
  ['a file that is not there', async () => join(files.folder, 'no.deb'), /no\.deb: there is no such file$/],
  [
    'a folder',
    () => files.text('folder.deb/file', '').then((path) => join(path, '..')),
    /folder\.deb: there is no such file$/
  ],
  ['a .deb that is none', () => files.text('text.deb', 'x'), /text\.deb: it is no Debian package$/],
  [
    'a .deb of something else',
    () => files.deb('other.deb', {Package: 'packer', Version: '1.6.6'}),
    /other\.deb: it is a Debian package called 'packer', not jenkins$/
  ],
  [
    'a version that is no release',
    () => files.deb('snapshot.deb', {Package: 'jenkins', Version: '2.569~SNAPSHOT'}),
    /its version '2\.569~SNAPSHOT' is not one of Jenkins’s releases, such as 2\.568\.2 or 2\.570$/
  ],
  [
    'a WAR that is no archive',
    () => files.text('text.war', 'x'),
    /text\.war: it is no archive with a META-INF\/MANIFEST\.MF$/
  ],
  [
    'a WAR of something else',
    () => files.archive('shop.war', ['Manifest-Version: 1.0']),
    /shop\.war: it is no jenkins\.war: its manifest has no Jenkins-Version$/
  ]
])('refuses %s in one sentence that names the file', async (_, make, message) => {
  const path = await make()
  const refusal = await read(path).catch((error: Error) => error.message)
  expect(refusal).toMatch(message)
  expect(refusal).toMatch(/^--jenkins-package \//)
  expect(refusal).not.toContain('\n')
})

it('tells a file that is no package from a program that is not there', async () => {
  const path = await files.text('text.rpm', 'x')
  const fails =
    (message: string): Run =>
    () =>
      Promise.reject(new Error(`rpm --query: ${message}`))
  await expect(read(path, fails('ended with 1'))).rejects.toThrow('text.rpm: it is no RPM package')
  await expect(read(path, fails('spawn rpm ENOENT'))).rejects.toThrow('rpm is needed to read it, and is not installed')
})
