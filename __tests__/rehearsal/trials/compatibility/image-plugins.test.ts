import {afterAll, beforeAll, expect, it} from '@jest/globals'
import {join} from 'node:path'
import {imagePlugins} from '../../../../rehearsal/trials/compatibility/image-plugins.ts'
import {fixtures, pluginManifest, type Fixtures} from '../../jenkins/real/fixtures.ts'

let files: Fixtures
beforeAll(async () => {
  files = await fixtures()
  await files.archive('all/git.hpi', pluginManifest('git', 'structs:1'))
  await files.archive('all/structs.hpi', pluginManifest('structs'))
  await files.archive('all/casc.hpi', pluginManifest('configuration-as-code', 'snakeyaml-api:2;resolution:=optional'))
  await files.archive('few/casc.hpi', pluginManifest('configuration-as-code', 'snakeyaml-api:2'))
  await files.archive('few/structs.hpi', pluginManifest('structs'))
})
afterAll(() => files.remove())

const inFolder = (name: string) => ({REHEARSAL_JENKINS_PLUGINS: join(files.folder, name)})

it('are stand-ins for the stand-in, and none for a real Jenkins', async () => {
  expect(await imagePlugins({})).toEqual(['git', 'configuration-as-code'])
  expect(await imagePlugins({REHEARSAL_JENKINS_PACKAGE: '/j/jenkins.rpm'})).toEqual(['git', 'configuration-as-code'])
  expect(await imagePlugins({REHEARSAL_JENKINS_PACKAGE: '/j/jenkins.rpm:/j/jenkins.war'})).toEqual([])
})

it('are what a folder has complete', async () => {
  expect(await imagePlugins(inFolder('all'))).toEqual(['git', 'configuration-as-code'])
  expect(await imagePlugins(inFolder('few'))).toEqual(['structs'])
})
