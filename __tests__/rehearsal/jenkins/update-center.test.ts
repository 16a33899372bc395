import {createHash} from 'node:crypto'
import {expect, it} from '@jest/globals'
import type {OfferedPlugin} from '../../../rehearsal/jenkins/real/plugins.ts'
import {standInPlugins, updateCenterFiles, withRealPlugins} from '../../../rehearsal/jenkins/update-center.ts'

const archive = Buffer.from('an archive')
const real: OfferedPlugin = {
  name: 'git',
  version: '6.0.0',
  title: 'Git',
  group: 'org.jenkins-ci.plugins',
  requiredCore: '2.540',
  dependencies: [
    {name: 'scm-api', version: '700', optional: false},
    {name: 'promoted-builds', version: '3', optional: true}
  ],
  archive
}

it('lists a real plugin with what its manifest says and the checksum of its archive', () => {
  const files = updateCenterFiles([real])
  const text = String(files.get('update-center.json'))
  const {plugins} = JSON.parse(text.replace('updateCenter.post(', '').replace(');', ''))
  expect(plugins).toEqual({
    git: {
      name: 'git',
      version: '6.0.0',
      title: 'Git',
      requiredCore: '2.540',
      dependencies: real.dependencies,
      sha256: createHash('sha256').update(archive).digest('base64'),
      gav: 'org.jenkins-ci.plugins:git:6.0.0'
    }
  })
  expect(files.get('download/plugins/git/6.0.0/git.hpi')).toBe(archive)
})

it('offers stand-ins of other names to the stand-in alone', () => {
  const names = (jenkinsIsStandIn: boolean) => withRealPlugins([real], jenkinsIsStandIn).map(({name}) => name)
  expect(names(false)).toEqual(['git'])
  const others = standInPlugins.map(({name}) => name).filter((name) => name !== 'git')
  expect(names(true)).toEqual(['git', ...others])
})
