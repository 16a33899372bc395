import {expect, it} from '@jest/globals'
import {packagesIn, pluginsIn, realFiles, realFilesEnvironment} from '../../../../rehearsal/jenkins/real/files.ts'

type Asked = Parameters<typeof realFiles>[0]

function choose(asked: Partial<Asked>) {
  const said: string[] = []
  const files = realFiles({
    behaviour: 'ready',
    hasRepository: false,
    hasUpdateCenter: false,
    usesEnvironment: true,
    env: {},
    progress: (sentence) => said.push(sentence),
    ...asked
  })
  return {files, said}
}

const both = {REHEARSAL_JENKINS_PACKAGE: '/j/jenkins.rpm:/j/jenkins.deb', REHEARSAL_JENKINS_PLUGINS: '/j/plugins'}

it('are none where nobody names any', () => {
  expect(choose({})).toEqual({files: {}, said: []})
  expect(choose({env: {REHEARSAL_JENKINS_PACKAGE: '', REHEARSAL_JENKINS_PLUGINS: ''}})).toEqual({files: {}, said: []})
})

it('are those of the environment: of several packages the first that fits Debian and Ubuntu', () => {
  const {files, said} = choose({env: both})
  expect(files).toEqual({
    package: {path: '/j/jenkins.deb', kind: 'deb', by: 'REHEARSAL_JENKINS_PACKAGE'},
    plugins: {path: '/j/plugins', by: 'REHEARSAL_JENKINS_PLUGINS'}
  })
  expect(said).toEqual([])
})

it('are rather those of the options, with paths from where npm was started', () => {
  const env = {...both, INIT_CWD: '/home/me'}
  expect(choose({env, jenkinsPackage: 'war/Jenkins.WAR', jenkinsPlugins: '../plugins'}).files).toEqual({
    package: {path: '/home/me/war/Jenkins.WAR', kind: 'war', by: '--jenkins-package'},
    plugins: {path: '/home/plugins', by: '--jenkins-plugins'}
  })
})

it('are not those of the environment where that does not count', () => {
  expect(choose({env: {...both, REHEARSAL_JENKINS_PACKAGE: '/j/x.txt'}, usesEnvironment: false})).toEqual({
    files: {},
    said: []
  })
})

it.each<[string, Partial<Asked>, string]>([
  [
    'Jenkins is to fail',
    {behaviour: 'port-taken', env: both},
    'REHEARSAL_JENKINS_PACKAGE is not used, because only the stand-in for Jenkins can be told to fail (port-taken)'
  ],
  [
    'the user names a repository',
    {hasRepository: true, env: both},
    'REHEARSAL_JENKINS_PACKAGE is not used, because Jenkins comes from the input jenkins-repository-url'
  ],
  [
    'it fits Amazon Linux alone',
    {env: {...both, REHEARSAL_JENKINS_PACKAGE: '/j/jenkins.rpm'}},
    'REHEARSAL_JENKINS_PACKAGE is not used, because it names no .deb and no .war'
  ]
])('says that the environment’s package is not used, and why, where %s', (_, asked, sentence) => {
  const {files, said} = choose(asked)
  expect(Object.keys(files)).toEqual(['plugins'])
  expect(said).toEqual([sentence])
})

it('says that the environment’s plugins are not used where the user names an update center', () => {
  const {files, said} = choose({hasUpdateCenter: true, env: both})
  expect(Object.keys(files)).toEqual(['package'])
  expect(said).toEqual([
    'REHEARSAL_JENKINS_PLUGINS is not used, because plugins come from the input jenkins-update-center-url'
  ])
})

it.each<[string, Partial<Asked>, string | RegExp]>([
  [
    'an .rpm, and says what it is for',
    {jenkinsPackage: '/j/jenkins.rpm'},
    /^--jenkins-package \/j\/jenkins\.rpm: an \.rpm is for Amazon Linux, .*Debian or Ubuntu, which take a \.deb or a \.war$/
  ],
  [
    'another file',
    {jenkinsPackage: '/j/jenkins.zip'},
    '--jenkins-package /j/jenkins.zip: a package of Jenkins is a .deb'
  ],
  [
    'another file in the environment',
    {env: {REHEARSAL_JENKINS_PACKAGE: '/j/jenkins.deb:/j/x'}},
    'REHEARSAL_JENKINS_PACKAGE /j/x: a package of Jenkins is a .deb, a .war or an .rpm'
  ],
  [
    'a real Jenkins that is to fail',
    {jenkinsPackage: '/j/jenkins.deb', behaviour: 'disk-full'},
    '--jenkins disk-full: only the stand-in for Jenkins behaves so on demand. Leave out --jenkins-package'
  ],
  [
    'two sources of Jenkins',
    {jenkinsPackage: '/j/jenkins.deb', hasRepository: true},
    '--jenkins-package and the input jenkins-repository-url: Jenkins cannot come from both'
  ],
  [
    'two sources of plugins',
    {jenkinsPlugins: '/j/plugins', hasUpdateCenter: true},
    '--jenkins-plugins and the input jenkins-update-center-url: plugins cannot come from both'
  ]
])('refuse %s', (_, asked, message) => {
  expect(() => choose(asked)).toThrow(message)
})

it('are handed on with absolute paths', () => {
  const env = {
    INIT_CWD: '/home/me',
    REHEARSAL_JENKINS_PACKAGE: 'a.deb:/b.rpm',
    REHEARSAL_JENKINS_PLUGINS: 'p',
    OTHER: 'x'
  }
  const handed = realFilesEnvironment(env)
  expect(handed).toEqual({REHEARSAL_JENKINS_PACKAGE: '/home/me/a.deb:/b.rpm', REHEARSAL_JENKINS_PLUGINS: '/home/me/p'})
  expect(packagesIn(handed).map(({kind}) => kind)).toEqual(['deb', 'rpm'])
  expect(pluginsIn(handed)?.path).toBe('/home/me/p')
  expect(realFilesEnvironment({})).toEqual({})
})
