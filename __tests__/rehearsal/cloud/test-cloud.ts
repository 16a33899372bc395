import {EC2} from '@aws-sdk/client-ec2'
import {IAM} from '@aws-sdk/client-iam'
import {STS} from '@aws-sdk/client-sts'
import {afterEach} from '@jest/globals'
import type {Cloud, CloudOptions} from '../../../rehearsal/cloud/cloud.ts'
import {startCloud} from '../../../rehearsal/cloud/start.ts'
import {createMemoryDriver, type MemoryDriver} from './memory-driver.ts'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A cloud with the SDK's clients for it; it is stopped after the test. */
export interface TestCloud {
  readonly cloud: Cloud
  readonly driver: MemoryDriver
  readonly ec2: EC2
  readonly iam: IAM
  readonly sts: STS
  /** What the cloud complained of. */
  readonly log: readonly string[]
  readonly ec2As: (keys: Keys, settings?: {readonly region?: string; readonly userAgent?: string}) => EC2
  readonly iamAs: (keys: Keys) => IAM
  readonly stsAs: (keys: Keys) => STS
  /** A role session's keys. */
  readonly assume: (session?: {readonly Policy?: string; readonly DurationSeconds?: number}) => Promise<Keys>
  /** A token of GitHub's. */
  readonly token: (audience?: string) => Promise<string>
}

const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

export async function startTestCloud(options: Omit<CloudOptions, 'driver' | 'log'> = {}): Promise<TestCloud> {
  const driver = createMemoryDriver()
  const log: string[] = []
  const cloud = await startCloud({driver, log: (line) => void log.push(line), ...options})
  const clients: {destroy(): void}[] = []
  const settingsFor = (keys: Keys) => ({credentials: keys, endpoint: cloud.endpoint, maxAttempts: 1})
  const ec2As: TestCloud['ec2As'] = (keys, {region = cloud.region, userAgent} = {}) => {
    const client = new EC2({...settingsFor(keys), region, ...(userAgent ? {customUserAgent: userAgent} : {})})
    clients.push(client)
    return client
  }
  const iamAs = (keys: Keys): IAM => {
    const client = new IAM({...settingsFor(keys), region: cloud.region})
    clients.push(client)
    return client
  }
  const stsAs = (keys: Keys): STS => {
    const client = new STS({...settingsFor(keys), region: cloud.region})
    clients.push(client)
    return client
  }
  closing.push(async () => {
    for (const client of clients) client.destroy()
    await cloud.stop()
  })
  const sts = stsAs(cloud.administrator)
  return {
    cloud,
    driver,
    log,
    ec2: ec2As(cloud.administrator),
    iam: iamAs(cloud.administrator),
    sts,
    ec2As,
    iamAs,
    stsAs,
    assume: async (session = {}) => {
      const {Credentials: keys} = await sts.assumeRole({RoleArn: cloud.roleArn, RoleSessionName: 'test', ...session})
      return {
        accessKeyId: keys?.AccessKeyId ?? '',
        secretAccessKey: keys?.SecretAccessKey ?? '',
        sessionToken: keys?.SessionToken ?? ''
      }
    },
    token: async (audience = 'sts.amazonaws.com') => {
      const {requestUrl, requestToken} = cloud.oidc
      const url = `${requestUrl}&audience=${encodeURIComponent(audience)}`
      const response = await fetch(url, {headers: {authorization: `Bearer ${requestToken}`}})
      return ((await response.json()) as {value: string}).value
    }
  }
}

/** What an AWS error says, for `rejects.toMatchObject`. */
export const awsError = (name: string, status = 400) => ({name, $metadata: {httpStatusCode: status}})

/** Launches one instance of the source image and returns its id. */
export async function launch(ec2: EC2, cloud: Cloud, settings: Partial<Parameters<EC2['runInstances']>[0]> = {}) {
  const answer = await ec2.runInstances({
    ImageId: cloud.sourceImageId,
    InstanceType: 't3.medium',
    MinCount: 1,
    MaxCount: 1,
    ...settings
  })
  return answer.Instances?.[0]?.InstanceId ?? ''
}

/** What DescribeInstances says of one instance. */
export async function describeOne(ec2: EC2, id: string) {
  const {Reservations} = await ec2.describeInstances({InstanceIds: [id]})
  return Reservations?.[0]?.Instances?.[0]
}
