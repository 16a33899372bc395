import {EC2Client, GetConsoleOutputCommand} from '@aws-sdk/client-ec2'
import {describe, expect, it} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {evidenceIn, readEvidence} from '../../../src/smoke/evidence.ts'
import {evidenceMarkers, stuckMark} from '../../../src/smoke/user-data.ts'

const never = new AbortController().signal
const reportOf = (...lines: string[]) => [evidenceMarkers.begin, ...lines, evidenceMarkers.end].join('\r\n')

describe('of a machine that reports', () => {
  const report = reportOf(
    'cause: java.lang.UnsatisfiedLinkError: libharfbuzz.so.0 (Failed to initialize Jenkins: hudson.util.AWTProblem)',
    'cause: jenkins.service: Main process exited, code=exited, status=5/NOTINSTALLED',
    'jenkins.service loaded failed failed Jenkins Continuous Integration Server',
    '● var-lib-jenkins.mount loaded failed failed /var/lib/jenkins',
    '  jenkins.service loaded failed failed Jenkins Continuous Integration Server',
    'Failed to start x.service loaded failed ',
    ...Array.from({length: 300}, (_, n) => `journal line ${n}`)
  )

  it('takes the causes, the failed units once each, and the beginning', () => {
    const {causes, failedUnits, gaveUp, text} = evidenceIn(`boot\n${report}\nm login:`)
    expect(causes).toEqual([
      'java.lang.UnsatisfiedLinkError: libharfbuzz.so.0 (Failed to initialize Jenkins: hudson.util.AWTProblem)',
      'jenkins.service: Main process exited, code=exited, status=5/NOTINSTALLED'
    ])
    expect(failedUnits).toEqual(['jenkins.service', 'var-lib-jenkins.mount'])
    expect(gaveUp).toBe(true)
    expect(text).toMatch(/^cause: java/)
    expect(text.split('\n')).toHaveLength(200)
  })

  it('knows that systemd will start Jenkins again while its unit has not failed', () => {
    const {failedUnits, gaveUp} = evidenceIn(
      reportOf('jenkins.service: Scheduled restart job', 'x.service loaded failed failed X')
    )
    expect(failedUnits).toEqual(['x.service'])
    expect(gaveUp).toBe(false)
  })
})

it('knows a Jenkins that has failed and does not end', () => {
  expect(evidenceIn(reportOf('cause: java.lang.OutOfMemoryError', stuckMark))).toMatchObject({
    gaveUp: true,
    failedUnits: []
  })
})

it('finds failed units in a boot without a report, but does not take Jenkins for given up', () => {
  const console = `[  OK  ] Started ssh.service - OpenBSD Secure Shell server.
[FAILED] Failed to start jenkins.service - Jenkins Continuous Integration Server.
See 'systemctl status jenkins.service' for details.`
  expect(evidenceIn(console)).toEqual({text: console, causes: [], failedUnits: ['jenkins.service'], gaveUp: false})
})

it('finds nothing where nothing failed', () => {
  expect(evidenceIn('jenkins.service loaded active running Jenkins')).toMatchObject({
    failedUnits: [],
    causes: [],
    gaveUp: false
  })
  expect(evidenceIn(' \n').text).toBe('(the console of the machine is empty)')
})

it('looks through a long console without a pause that anybody notices', () => {
  for (const text of [
    'cause: '.repeat(10_000),
    '\n'.repeat(65_536),
    `${'a'.repeat(65_000)} loaded failed `,
    '● '.repeat(32_000)
  ]) {
    expect(evidenceIn(text).causes.join('').length).toBeLessThan(600)
  }
})

it('shows no password of Jenkins’s first start', async () => {
  const ec2 = mockClient(EC2Client)
  const text =
    'Please use the following password to proceed:\n\n0123456789abcdef0123456789ABCDEF\n\nThis may also be found at'
  ec2.on(GetConsoleOutputCommand).resolves({Output: Buffer.from(text).toString('base64')})
  const shown = await readEvidence(new EC2Client({region: 'eu-west-1'}), 'i-1', never)
  ec2.restore()
  expect(shown.text).toBe(
    'Please use the following password to proceed:\n\n(32 digits, removed)\n\nThis may also be found at'
  )
})
