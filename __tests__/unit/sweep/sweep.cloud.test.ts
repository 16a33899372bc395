import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {EC2} from '@aws-sdk/client-ec2'
import {beforeEach, describe, expect, it} from '@jest/globals'
import {openLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import {sweep, type SweepOptions} from '../../../src/sweep/sweep.ts'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {quickPause} from '../../helpers/quick-pause.ts'
import {recordingLog, type RecordingLog} from '../../helpers/recording-log.ts'
import {packerSays} from '../../helpers/packer-says.ts'
import {accountOf} from '../../helpers/test-account.ts'

const ours = {[tagKeys.bake]: 'ours'}
const packerName = 'packer_6740f1a0-1111-2222-3333-444455556666'

let ledger: Ledger
let log: RecordingLog
beforeEach(() => {
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'sweep-')), 'bake')
  log = recordingLog()
})

const options = (ec2: EC2, more: Partial<SweepOptions> = {}): SweepOptions => ({
  account: accountOf(ec2),
  bakeId: 'ours',
  ledger,
  log,
  limit: AbortSignal.timeout(300_000),
  settleMs: 10,
  pause: quickPause,
  ...more
})

async function makeImage(ec2: EC2, instance: string, name: string, tags: Record<string, string> = {}): Promise<string> {
  const {ImageId = ''} = await ec2.createImage({
    InstanceId: instance,
    Name: name,
    TagSpecifications: Object.keys(tags).length > 0 ? tagSpecifications(tags, 'image', 'snapshot') : []
  })
  await ec2.describeImages({ImageIds: [ImageId]})
  return ImageId
}

it('removes everything that carries the tag of the bake, and finds nothing left', async () => {
  const {ec2, cloud} = await startTestCloud()
  const {GroupId = ''} = await ec2.createSecurityGroup({
    GroupName: packerName,
    Description: 'd',
    TagSpecifications: tagSpecifications(ours, 'security-group')
  })
  await ec2.createKeyPair({KeyName: 'k', TagSpecifications: tagSpecifications(ours, 'key-pair')})
  const instance = await launch(ec2, cloud, {
    SecurityGroupIds: [GroupId],
    TagSpecifications: tagSpecifications(ours, 'instance', 'volume')
  })
  await makeImage(ec2, instance, 'image', ours)

  expect(await sweep(options(ec2))).toEqual([])
  expect(cloud.leftovers()).toEqual([])
})

it('finds what Packer announced and never tagged, also when its instance is gone', async () => {
  const {ec2, cloud} = await startTestCloud()
  await ec2.createKeyPair({KeyName: packerName})
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: packerName, Description: 'd'})
  const instance = await launch(ec2, cloud, {KeyName: packerName, SecurityGroupIds: [GroupId]})
  await makeImage(ec2, instance, 'image')
  await ec2.terminateInstances({InstanceIds: [instance]})
  packerSays(
    ledger,
    `1,,ui,say,==> a.b: Creating temporary keypair: ${packerName}\n` +
      `1,,ui,say,==> a.b: Creating temporary security group for this instance: ${packerName}\n`
  )

  expect(await sweep(options(ec2))).toEqual([])
  expect(cloud.leftovers()).toEqual([])
})

it('keeps what was released, with its snapshots', async () => {
  const {ec2, cloud} = await startTestCloud()
  const instance = await launch(ec2, cloud, {TagSpecifications: tagSpecifications(ours, 'instance', 'volume')})
  const image = await makeImage(ec2, instance, 'image', ours)
  const {Images: [described] = []} = await ec2.describeImages({ImageIds: [image]})
  const snapshot = described?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
  ledger.release([
    {type: 'image', id: image},
    {type: 'snapshot', id: snapshot}
  ])

  expect(await sweep(options(ec2))).toEqual([])
  expect(cloud.leftovers([image])).toEqual([])
  expect(cloud.leftovers()).not.toEqual([])
})

it('touches nothing that only looks alike', async () => {
  const {ec2, cloud} = await startTestCloud()
  const theirs = {[tagKeys.bake]: 'theirs'}
  await ec2.createKeyPair({
    KeyName: 'packer_6740f1a0-9999-2222-3333-444455556666',
    TagSpecifications: tagSpecifications(theirs, 'key-pair')
  })
  const instance = await launch(ec2, cloud, {TagSpecifications: tagSpecifications(theirs, 'instance', 'volume')})
  await makeImage(ec2, instance, 'jenkins-2.568.2', theirs)
  await ec2.createSecurityGroup({GroupName: 'bake-jenkins-ami-smoke-theirs', Description: 'd'})
  const before = cloud.leftovers()

  expect(await sweep(options(ec2))).toEqual([])
  expect(cloud.leftovers()).toEqual(before)
  expect(cloud.calls.map(({action}) => action)).not.toContain('TerminateInstances')
})

it('leaves the user’s own that the template mapped into the image, and takes our tags off it', async () => {
  let ahead = -120_000
  const now = (): Date => new Date(Date.now() + ahead)
  const {ec2, cloud} = await startTestCloud({now})
  const {VolumeId} = await ec2.createVolume({AvailabilityZone: 'us-east-1a', Size: 8})
  // Two minutes before the bake.
  const {SnapshotId: snapshot = ''} = await ec2.createSnapshot({
    VolumeId,
    TagSpecifications: tagSpecifications({team: 'data'}, 'snapshot')
  })
  ahead = 0
  const instance = await launch(ec2, cloud, {TagSpecifications: tagSpecifications(ours, 'instance', 'volume')})
  const {ImageId: image = ''} = await ec2.createImage({
    InstanceId: instance,
    Name: 'ours',
    BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {SnapshotId: snapshot}}],
    TagSpecifications: tagSpecifications(ours, 'image', 'snapshot')
  })
  await ec2.describeImages({ImageIds: [image]})
  // As Packer does it with every snapshot in the mapping (packer-plugin-amazon, step_create_tags.go).
  const tags = {...ours, [tagKeys.run]: 'r', [tagKeys.began]: 'b', [tagKeys.expires]: 'e', team: 'ci'}
  await ec2.createTags({Resources: [snapshot], Tags: Object.entries(tags).map(([Key, Value]) => ({Key, Value}))})

  expect(await sweep(options(ec2))).toEqual([])
  const {Snapshots = []} = await ec2.describeSnapshots({OwnerIds: ['self']})
  expect(Snapshots.map(({SnapshotId, Tags}) => [SnapshotId, Tags])).toEqual([[snapshot, [{Key: 'team', Value: 'ci'}]]])
  expect(cloud.leftovers().map(({type}) => type)).toEqual(['volume', 'snapshot'])
})

it('leaves what something of others uses, says by what, and does not try', async () => {
  const {ec2, cloud} = await startTestCloud()
  const {VolumeId} = await ec2.createVolume({AvailabilityZone: 'us-east-1a', Size: 8})
  const {SnapshotId: used = ''} = await ec2.createSnapshot({
    VolumeId,
    TagSpecifications: tagSpecifications(ours, 'snapshot')
  })
  const {ImageId: theirs} = await ec2.createImage({
    InstanceId: await launch(ec2, cloud),
    Name: 'theirs',
    BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {SnapshotId: used}}]
  })
  const {GroupId: group = ''} = await ec2.createSecurityGroup({
    GroupName: packerName,
    Description: 'd',
    TagSpecifications: tagSpecifications(ours, 'security-group')
  })
  const user = await launch(ec2, cloud, {SecurityGroupIds: [group]})

  const left = await sweep(options(ec2))
  const told = new Map(left.map(({id, reason, usedBy}) => [id, [reason, usedBy?.id]]))
  expect(told).toEqual(
    new Map([
      [group, [`it is in use by the instance ${user}, which is not this bake's`, user]],
      [used, [`it is in use by the image ${theirs}, which is not this bake's`, theirs]]
    ])
  )
  expect(cloud.calls.filter(({action}) => /^(Delete|Terminate|Deregister)/.test(action))).toEqual([])
})

it('says what something of others uses also when what it descends from has been removed', async () => {
  const {ec2, cloud} = await startTestCloud()
  const image = await makeImage(ec2, await launch(ec2, cloud), 'ours')
  ledger.made('image', image)
  const {Images: [described] = []} = await ec2.describeImages({ImageIds: [image]})
  const snapshot = described?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
  await ec2.registerImage({
    Name: 'theirs',
    RootDeviceName: '/dev/xvda',
    Architecture: 'x86_64',
    BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {SnapshotId: snapshot}}],
    TagSpecifications: tagSpecifications({[tagKeys.bake]: 'theirs'}, 'image')
  })

  const left = await sweep(options(ec2))
  expect(left.map(({id}) => id)).toEqual([snapshot])
  const {Images = []} = await ec2.describeImages({Owners: ['self']})
  expect(Images.map(({Name}) => Name)).toEqual(['theirs'])
})

it('finds the snapshots of a surrogate build and the image registered from them, without tags', async () => {
  const {ec2, cloud} = await startTestCloud()
  await ec2.createKeyPair({KeyName: packerName})
  const instance = await launch(ec2, cloud, {KeyName: packerName})
  const {Volumes: [volume] = []} = await ec2.describeVolumes({})
  ledger.made('volume', volume?.VolumeId ?? '')
  const {SnapshotId = ''} = await ec2.createSnapshot({VolumeId: volume?.VolumeId, Description: 'Packer: today'})
  await ec2.describeSnapshots({})
  await ec2.registerImage({
    Name: 'registered',
    RootDeviceName: '/dev/xvda',
    Architecture: 'x86_64',
    BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {SnapshotId}}]
  })
  await ec2.terminateInstances({InstanceIds: [instance]})
  packerSays(
    ledger,
    `1,,ui,say,==> a.b: Creating temporary keypair: ${packerName}\n1,,ui,say,==> a.b: Registering the AMI...\n`
  )
  expect(await sweep(options(ec2))).toEqual([])
  expect(cloud.leftovers()).toEqual([])
})

it('removes a volume that outlives its instance', async () => {
  const {ec2, cloud} = await startTestCloud()
  const instance = await launch(ec2, cloud, {
    BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {VolumeSize: 8, DeleteOnTermination: false}}]
  })
  ledger.made('instance', instance)

  expect(await sweep(options(ec2))).toEqual([])
  expect(cloud.leftovers()).toEqual([])
})

it('looks once more when the answer to a create never came', async () => {
  const {ec2, cloud} = await startTestCloud()
  ledger.intend('instance', 'token')
  let looks = 0
  const late = recordingLog((line) => {
    // The launch that was under way when the process was killed takes effect only now.
    if (line.startsWith('Nothing is left') && looks++ === 0) {
      launched = launch(ec2, cloud, {TagSpecifications: tagSpecifications(ours, 'instance', 'volume')})
    }
  })
  let launched: Promise<string> | undefined
  expect(await sweep(options(ec2, {log: late, settleMs: 10_000}))).toEqual([])
  expect(await launched).toMatch(/^i-/)
  expect(cloud.leftovers()).toEqual([])
})

describe('names what it could not remove', () => {
  it('when AWS accepts and does nothing', async () => {
    const {ec2, ec2As, cloud} = await startTestCloud({canary: 'ignored-terminate'})
    // The canary is for what the action launches, which it knows by the SDK that it uses.
    const action = ec2As(cloud.administrator, {userAgent: 'bake-jenkins-ami'})
    const instance = await launch(action, cloud, {TagSpecifications: tagSpecifications(ours, 'instance', 'volume')})
    const limit = AbortSignal.timeout(1_500)
    const left = await sweep(options(ec2, {limit}))
    expect(left).toContainEqual(
      expect.objectContaining({type: 'instance', id: instance, reason: expect.stringContaining('still there')})
    )
  })

  it('when AWS refuses, with what it said', async () => {
    const {ec2} = await startTestCloud({
      authorize: ({action}) =>
        action === 'ec2:DeleteKeyPair' ? {allowed: false, resource: '*', because: 'because of a test'} : {allowed: true}
    })
    await ec2.createKeyPair({KeyName: 'k', TagSpecifications: tagSpecifications(ours, 'key-pair')})
    const left = await sweep(options(ec2, {limit: AbortSignal.timeout(1_500)}))
    expect(left).toEqual([
      expect.objectContaining({
        type: 'key-pair',
        reason: expect.stringMatching(/AWS refused to remove it: You are not authorized/)
      })
    ])
  })

  it('when it may not look for a type, and removes the rest all the same', async () => {
    const {ec2, cloud} = await startTestCloud({
      authorize: ({action}) =>
        action === 'ec2:DescribeVolumes'
          ? {allowed: false, resource: '*', because: 'because of a test'}
          : {allowed: true}
    })
    await ec2.createKeyPair({KeyName: 'k', TagSpecifications: tagSpecifications(ours, 'key-pair')})
    const left = await sweep(options(ec2, {limit: AbortSignal.timeout(1_500)}))
    expect(left).toEqual([
      {
        type: 'volume',
        id: '(unknown)',
        state: '',
        reason: expect.stringMatching(/could not be looked for: You are not authorized/),
        advice: expect.stringMatching(/^Allow ec2:DescribeVolumes in the role's policy/)
      }
    ])
    expect(cloud.leftovers()).toEqual([])
  })

  it('when what has to go first cannot be seen, without waiting for it for ever', async () => {
    const {ec2, cloud} = await startTestCloud({
      authorize: ({action}) =>
        action === 'ec2:DescribeInstances'
          ? {allowed: false, resource: '*', because: 'because of a test'}
          : {allowed: true}
    })
    const {GroupId = ''} = await ec2.createSecurityGroup({
      GroupName: packerName,
      Description: 'd',
      TagSpecifications: tagSpecifications(ours, 'security-group')
    })
    await launch(ec2, cloud, {SecurityGroupIds: [GroupId], TagSpecifications: tagSpecifications(ours, 'instance')})
    const left = await sweep(options(ec2, {limit: new AbortController().signal}))
    expect(left).toEqual([
      expect.objectContaining({
        type: 'security-group',
        id: GroupId,
        reason: expect.stringContaining('dependent object')
      }),
      expect.objectContaining({
        type: 'instance',
        id: '(unknown)',
        advice: expect.stringContaining('ec2:DescribeInstances')
      })
    ])
  })

  it('when it could not even look, from what the ledger knows', async () => {
    const {ec2} = await startTestCloud()
    ledger.made('instance', 'i-0123456789abcdef0')
    const left = await sweep(options(ec2, {limit: AbortSignal.abort()}))
    expect(left).toEqual([
      {
        type: 'instance',
        id: 'i-0123456789abcdef0',
        state: '',
        reason: 'the sweep ran out of time before it could look'
      }
    ])
  })
})
