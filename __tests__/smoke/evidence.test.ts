import {EC2Client, GetConsoleOutputCommand} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {consoleOutput, failedUnits} from '../../src/smoke/evidence.ts'

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

it('shows no password of Jenkins’s first start', async () => {
  const ec2 = mockClient(EC2Client)
  const text =
    'Please use the following password to proceed:\n\n0123456789abcdef0123456789ABCDEF\n\nThis may also be found at'
  ec2.on(GetConsoleOutputCommand).resolves({Output: Buffer.from(text).toString('base64')})
  const shown = await consoleOutput(new EC2Client({region: 'eu-west-1'}), 'i-1', new AbortController().signal)
  ec2.restore()
  expect(shown).toBe(
    'Please use the following password to proceed:\n\n(32 digits, removed)\n\nThis may also be found at'
  )
})
