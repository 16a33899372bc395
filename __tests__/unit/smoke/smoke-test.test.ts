import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  EC2Client,
  GetConsoleOutputCommand,
  RunInstancesCommand
} from '@aws-sdk/client-ec2'
import {beforeEach, expect, it, jest} from '@jest/globals'
import {mockClient} from 'aws-sdk-client-mock'
import {openLedger} from '../../../src/ledger/ledger.ts'
import type {Answer} from '../../../src/smoke/answer.ts'
import {evidenceMarkers, stuckMark} from '../../../src/smoke/user-data.ts'
import {smokeTest, type SmokeRequest, type SmokeResult} from '../../../src/smoke/smoke-test.ts'
import {recordingLog, type RecordingLog} from '../../helpers/recording-log.ts'

const ec2 = mockClient(EC2Client)
const id = 'i-0aaaaaaaaaaaaaaaa'

beforeEach(() => {
  ec2.reset()
  ec2.on(CreateSecurityGroupCommand).resolves({GroupId: 'sg-0aaaaaaaaaaaaaaaa'})
  ec2.on(AuthorizeSecurityGroupIngressCommand).resolves({})
  ec2.on(RunInstancesCommand).resolves({Instances: [{InstanceId: id}]})
  const instance = {InstanceId: id, State: {Name: 'running'}, PublicIpAddress: '203.0.113.9'} as const
  ec2.on(DescribeInstancesCommand).resolves({Reservations: [{Instances: [instance]}]})
  showConsole('')
})

function showConsole(...lines: string[]): void {
  ec2.on(GetConsoleOutputCommand).resolves({Output: Buffer.from(lines.join('\r\n')).toString('base64')})
}

const up: Answer = {kind: 'http', status: 200, version: '2.568.2', body: ''}
const refused: Answer = {kind: 'none', reason: 'connect ECONNREFUSED 203.0.113.9:8080'}

/** The probe gets these answers in turn, and the last one again and again. */
function test(answers: readonly Answer[], changed: Partial<SmokeRequest> & {readonly rootStatus?: number} = {}) {
  const {rootStatus = 403, ...rest} = changed
  const left = [...answers]
  const log = recordingLog()
  const request: SmokeRequest = {
    bakeId: 'ours',
    imageId: 'ami-0aaaaaaaaaaaaaaaa',
    name: 'smoke',
    instanceTypes: ['t3.medium'],
    reach: {via: 'public-ip', cidrs: ['203.0.113.7/32'], subnetIds: [], doubtful: false},
    userData: '',
    tags: {},
    timeoutMs: 60_000,
    expectedVersion: '2.568.2',
    reports: true,
    mustBeClosed: true,
    probe: {
      slowestMs: 20,
      ask: async () => (left.length > 1 ? left.shift() : left[0]) ?? refused,
      askForRoot: async () => rootStatus,
      otherwise: "see 'allowed-cidrs'"
    },
    ...rest
  }
  const ledger = openLedger(mkdtempSync(join(tmpdir(), 'smoke-')))
  const result = smokeTest(new EC2Client({region: 'eu-west-1'}), request, ledger, log, new AbortController().signal)
  return {result, log}
}

it('verifies a Jenkins that answers in the right version and lets in nobody who has not signed in', async () => {
  expect(await test([refused, up]).result).toMatchObject({verdict: 'verified', jenkinsVersion: '2.568.2'})
})

it('rejects a Jenkins that lets anybody in, unless that is wanted', async () => {
  expect(await test([up], {rootStatus: 200}).result).toMatchObject({
    verdict: 'rejected',
    reason: expect.stringMatching(/without signing in[\s\S]*'allow-anonymous'/)
  })
  expect(await test([up], {rootStatus: 200, mustBeClosed: false}).result).toMatchObject({verdict: 'verified'})
})

it('waits for the machine to report why a page shows a failure', async () => {
  const failed: Answer = {kind: 'http', status: 500, body: 'Error'}
  ec2
    .on(GetConsoleOutputCommand)
    .resolvesOnce({Output: ''})
    .resolves({
      Output: Buffer.from(
        [evidenceMarkers.begin, 'cause: java.lang.OutOfMemoryError: Java heap space', evidenceMarkers.end].join('\n')
      ).toString('base64')
    })
  expect(await test([failed]).result).toMatchObject({
    verdict: 'rejected',
    reason: expect.stringMatching(
      /^Jenkins does not start on the machine of the smoke test: java\.lang\.OutOfMemoryError/
    )
  })
})

/** Runs a smoke test in which each question takes twelve seconds of the test's clock, and none of anybody's. */
async function withSlowAnswers(
  onQuestion: (asked: number) => void,
  {reports = true} = {}
): Promise<{result: SmokeResult; log: RecordingLog}> {
  jest.useFakeTimers({
    advanceTimers: true,
    now: 0,
    doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'setInterval']
  })
  try {
    let asked = 0
    const probe = {
      slowestMs: 20,
      ask: async () => {
        jest.setSystemTime((asked += 1) * 12_000)
        onQuestion(asked)
        return refused
      },
      askForRoot: async () => 403,
      otherwise: ''
    }
    const {result, log} = test([], {probe, reports, timeoutMs: 3_600_000})
    return {result: await result, log}
  } finally {
    jest.useRealTimers()
  }
}

it('ends as soon as the machine reports that Jenkins will not start any more, and says that it waits until then', async () => {
  const {result, log} = await withSlowAnswers((asked) => {
    if (asked === 6) showConsole(evidenceMarkers.begin, 'cause: the licence is gone', stuckMark, evidenceMarkers.end)
  })
  expect(result).toMatchObject({
    verdict: 'rejected',
    reason: expect.stringContaining('the licence is gone (jenkins.service has failed for good)')
  })
  expect(log.lines.filter((line) => line.includes('still booting')).length).toBeGreaterThan(0)
})

it('notices that the machine has ended by itself', async () => {
  const ended = {State: {Name: 'terminated'}, StateReason: {Message: 'Client.InstanceInitiatedShutdown'}} as const
  const end = (asked: number): void => {
    if (asked !== 3) return
    ec2
      .on(DescribeInstancesCommand)
      .resolves({Reservations: [{Instances: [{InstanceId: 'i-0aaaaaaaaaaaaaaaa', ...ended}]}]})
  }
  const {result} = await withSlowAnswers(end, {reports: false})
  expect(result).toMatchObject({
    verdict: 'rejected',
    reason: expect.stringContaining('the machine ended by itself (terminated): Client.InstanceInitiatedShutdown')
  })
})
