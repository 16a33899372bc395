import {afterEach, expect, it} from '@jest/globals'
import {startJenkinsIndex, type JenkinsIndex} from '../../../rehearsal/jenkins/index-site.ts'
import {bytesReader} from '../../../src/lib/http.ts'
import {resolveJenkins} from '../../../src/plan/jenkins-version.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

let repository: JenkinsIndex | undefined
afterEach(() => repository?.stop())

it.each(['deb', 'rpm'] as const)(
  'is a repository in which the action finds the version of the %s',
  async (packages) => {
    repository = await startJenkinsIndex('2.568.2')
    const release = await resolveJenkins(
      {version: 'lts', packages, repositoryUrl: repository.url},
      {readBytes: bytesReader({}, 10_000), log: recordingLog()},
      AbortSignal.timeout(300_000)
    )
    expect(release.version).toBe('2.568.2')
  }
)

it('says that it stands in', async () => {
  repository = await startJenkinsIndex()
  expect(await (await fetch(`${repository.url}/binary/Packages`)).text()).toContain('stand-in')
})

it('has nothing else', async () => {
  repository = await startJenkinsIndex()
  expect((await fetch(`${repository.url}/binary/jenkins_2.568.2_all.deb`)).status).toBe(404)
})

it('stops while a client keeps its connection open', async () => {
  repository = await startJenkinsIndex()
  await (await fetch(`${repository.url}/binary/Packages`)).text()
  await repository.stop()
  await expect(fetch(repository.url)).rejects.toThrow('fetch failed')
})
