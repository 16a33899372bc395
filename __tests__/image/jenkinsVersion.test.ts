import {expect, it} from '@jest/globals'
import {resolveJenkins} from '../../src/image/jenkinsVersion.ts'

const never = new AbortController().signal
const asked: string[] = []

function repository(index: string, status = 200): typeof fetch {
  asked.length = 0
  return (url) => {
    asked.push(url instanceof Request ? url.url : url.toString())
    return Promise.resolve(new Response(index, {status}))
  }
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
])('takes the exact version %s as it is', async (version, repositoryUrl) => {
  expect(await resolveJenkins(version, undefined, repository(''), never)).toEqual({version, repositoryUrl})
  expect(asked).toEqual([])
})

it.each([
  ['does not answer well', repository('gone', 404), /could not be looked up .* answered 404.*'jenkins-version'/],
  ['has no Jenkins', repository('Package: other\nVersion: 1.0'), /lists no package 'jenkins'/],
  ['cannot be reached', () => Promise.reject(new Error('fetch failed')), /could not be looked up .* fetch failed/]
])('says what to do when the repository %s', async (_, fetch, message) => {
  await expect(resolveJenkins('lts', undefined, fetch, never)).rejects.toThrow(message)
})
