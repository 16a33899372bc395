import {describe, expect, it} from '@jest/globals'
import {installedJenkins} from '../../../../rehearsal/machines/light/installed-jenkins.ts'

const disk = (lines: [string, number][], file = '', script = '') => ({
  commands: lines.map(([line, exitStatus]) => ({
    line,
    exitStatus,
    scripts: [{mode: 0o644, bytes: Buffer.from(script)}]
  })),
  files: new Map([['/tmp/file', {mode: 0o644, bytes: Buffer.from(file)}]])
})

describe('the Jenkins on a disk', () => {
  it.each([
    ["chmod +x /tmp/s.sh; JENKINS_VERSION='2.568.2' PACKER_BUILDER_TYPE='amazon-ebs'  /tmp/s.sh", '2.568.2'],
    ['sudo env JENKINS_VERSION="2.571" bash /tmp/s.sh', '2.571'],
    ['JENKINS_VERSION=2.568.1 /tmp/s.sh', '2.568.1']
  ])('has the version that its installation was given: %s', (line, version) => {
    expect(installedJenkins(disk([[line, 0]]), '9.9')).toBe(version)
  })

  it('is the one installed last', () => {
    expect(
      installedJenkins(
        disk([
          ["JENKINS_VERSION='1' a", 0],
          ["JENKINS_VERSION='2' a", 0]
        ]),
        '9.9'
      )
    ).toBe('2')
  })

  it.each([
    ['a command', disk([['apt-get install -y jenkins', 0]])],
    ['a file', disk([], 'deb https://pkg.jenkins.io/debian-stable binary/')],
    ['a script that was overwritten since', disk([['/tmp/s.sh', 0]], '', 'dnf install jenkins')],
    ['a version left open', disk([["JENKINS_VERSION='' /tmp/s.sh", 0]])]
  ])('has the fallback version when only %s tells of it', (_, content) => {
    expect(installedJenkins(content, '9.9')).toBe('9.9')
  })

  it('is not there after a failed installation', () => {
    expect(installedJenkins(disk([["JENKINS_VERSION='2.568.2' /tmp/s.sh", 3]]), '9.9')).toBeUndefined()
  })

  it('is not there when nothing tells of it', () => {
    expect(installedJenkins(disk([['apt-get install -y nginx', 0]], '#!/bin/sh'), '9.9')).toBeUndefined()
  })
})
