import {afterEach, expect, it} from '@jest/globals'
import {startJenkinsRepository, type JenkinsRepository} from '../../rehearsal/jenkins-repository.ts'
import {textReader} from '../../src/http.ts'
import {resolveJenkins} from '../../src/image/jenkinsVersion.ts'
import {recordingLog} from '../recordingLog.ts'

let repository: JenkinsRepository | undefined
afterEach(() => repository?.stop())

it('is a repository in which the action finds the version, and which says that it stands in', async () => {
  repository = await startJenkinsRepository('2.568.2')
  const release = await resolveJenkins(
    'lts',
    repository.url,
    {read: textReader({}, 10_000), log: recordingLog()},
    AbortSignal.timeout(5_000)
  )
  expect(release.version).toBe('2.568.2')
  expect(await (await fetch(`${repository.url}/binary/Packages`)).text()).toContain('stand-in')
})

it('has nothing else', async () => {
  repository = await startJenkinsRepository()
  expect((await fetch(`${repository.url}/binary/jenkins_2.568.2_all.deb`)).status).toBe(404)
})

it('stops while a client keeps its connection open', async () => {
  repository = await startJenkinsRepository()
  await (await fetch(`${repository.url}/binary/Packages`)).text()
  await repository.stop()
  await expect(fetch(repository.url)).rejects.toThrow('fetch failed')
})
