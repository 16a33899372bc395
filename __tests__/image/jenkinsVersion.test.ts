import {expect, it} from '@jest/globals'
import type {ReadText} from '../../src/http.ts'
import {resolveJenkins} from '../../src/image/jenkinsVersion.ts'
import {recordingLog, type RecordingLog} from '../recordingLog.ts'

const never = new AbortController().signal
const asked: string[] = []

function repository(index: string | Error): {read: ReadText; log: RecordingLog} {
  asked.length = 0
  const read: ReadText = (url) => {
    asked.push(url)
    return index instanceof Error ? Promise.reject(index) : Promise.resolve(index)
  }
  return {read, log: recordingLog()}
}

const index = [
  'Package: jenkins\nVersion: 2.555.3\nArchitecture: all',
  'Package: jenkins\nVersion: 2.568.10\nDescription: x\n Version: 9.9.9',
  'Package: jenkins\nVersion: 2.568.9',
  'Package: jenkins-agent\nVersion: 3.0.0',
  'Package: jenkins\nVersion: 2.600~rc1'
].join('\n\n')

it('takes the newest release that the repository offers', async () => {
  const release = await resolveJenkins('lts', undefined, repository(index), never)
  expect(release).toEqual({version: '2.568.10', repositoryUrl: 'https://pkg.jenkins.io/debian-stable'})
  expect(asked).toEqual(['https://pkg.jenkins.io/debian-stable/binary/Packages'])
})

it('looks for weekly releases in the other repository', async () => {
  await resolveJenkins('weekly', undefined, repository(index), never)
  expect(asked).toEqual(['https://pkg.jenkins.io/debian/binary/Packages'])
})

it('asks the own repository where one is given', async () => {
  await resolveJenkins('lts', 'https://mirror.example.org/jenkins', repository(index), never)
  expect(asked).toEqual(['https://mirror.example.org/jenkins/binary/Packages'])
})

it.each([
  ['2.555.3', 'https://pkg.jenkins.io/debian-stable'],
  ['2.570', 'https://pkg.jenkins.io/debian']
])('takes the exact version %s when the repository has it', async (version, repositoryUrl) => {
  const offered = repository(`Package: jenkins\nVersion: ${version}`)
  expect(await resolveJenkins(version, undefined, offered, never)).toEqual({version, repositoryUrl})
})

it('names what there is when the repository does not have the exact version', async () => {
  await expect(resolveJenkins('2.999.9', undefined, repository(index), never)).rejects.toThrow(
    /^Input 'jenkins-version': .* has no Jenkins '2\.999\.9'\. It offers 2\.555\.3, 2\.568\.9, 2\.568\.10\.$/
  )
})

it('takes an exact version unchecked when only the machine reaches the repository', async () => {
  const unreachable = repository(new Error('no route'))
  expect((await resolveJenkins('2.555.3', 'https://inside.example.org', unreachable, never)).version).toBe('2.555.3')
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
  await expect(resolveJenkins('lts', undefined, offered, never)).rejects.toThrow(message)
})
