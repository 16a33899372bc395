import {expect, it} from '@jest/globals'
import {failedUnits} from '../../src/smoke/evidence.ts'

it('reads the failed units from a machine’s report, once each', () => {
  const report = `jenkins.service loaded failed failed Jenkins Continuous Integration Server
● var-lib-jenkins.mount loaded failed failed /var/lib/jenkins
× jenkins.service - Jenkins Continuous Integration Server
  jenkins.service loaded failed failed Jenkins Continuous Integration Server
Failed to start x.service loaded failed `
  expect(failedUnits(report)).toEqual(['jenkins.service', 'var-lib-jenkins.mount'])
})

it('reads them from the boot where there is no report', () => {
  const console = `[  OK  ] Started ssh.service - OpenBSD Secure Shell server.
[FAILED] Failed to start jenkins.service - Jenkins Continuous Integration Server.
See 'systemctl status jenkins.service' for details.`
  expect(failedUnits(console)).toEqual(['jenkins.service'])
})

it('finds none where none failed', () => {
  expect(failedUnits('jenkins.service loaded active running Jenkins')).toEqual([])
})
