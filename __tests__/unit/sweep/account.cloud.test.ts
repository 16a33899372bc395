import {randomUUID} from 'node:crypto'
import {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {lifetimeTags, tagKeys, tagSpecifications, type Tags} from '../../../src/aws/tags.ts'
import {sweepAccount, type AccountSweepOptions} from '../../../src/sweep/account.ts'
import type {CloudOptions} from '../../../rehearsal/index.ts'
import {populate} from '../../../rehearsal/trials/look-alikes.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {quickPause} from '../../helpers/quick-pause.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'

const hour = 3_600_000
const name = 'packer_6740f1a0-1111-2222-3333-444455556666'

/** A cloud whose clock can be moved on. */
async function start(options: Omit<CloudOptions, 'driver' | 'log' | 'now'> = {}) {
  let ahead = 0
  const now = (): Date => new Date(Date.now() + ahead)
  const {cloud} = await startTestCloud({...options, now})
  const {endpoint, region, administrator: credentials} = cloud
  const ec2 = new EC2({endpoint, region, credentials, maxAttempts: 5})
  const tags = (bake = '0123456789ab'): Tags => ({
    [tagKeys.bake]: bake,
    [tagKeys.expires]: new Date(now().getTime() + 3 * hour).toISOString()
  })
  const clean = (more: Partial<AccountSweepOptions> = {}) =>
    sweepAccount(accountOf(ec2), {
      dryRun: false,
      log: recordingLog(),
      limit: AbortSignal.timeout(300_000),
      pause: quickPause,
      ...more
    })
  return {cloud, ec2, tags, clean, wait: (ms: number) => void (ahead += ms)}
}

type Started = Awaited<ReturnType<typeof start>>

/** What a bake has in the middle of its build, as a Packer makes it that tags everything. */
async function lose({cloud, ec2, tags}: Started, bake?: string): Promise<void> {
  const ours = tags(bake)
  await ec2.createKeyPair({
    KeyName: `packer_${bake ?? ''}`,
    KeyType: 'ed25519',
    TagSpecifications: tagSpecifications(ours, 'key-pair')
  })
  const {GroupId = ''} = await ec2.createSecurityGroup({
    GroupName: `packer_${randomUUID()}`,
    Description: 'd',
    TagSpecifications: tagSpecifications(ours, 'security-group')
  })
  const instance = await launch(ec2, cloud, {
    SecurityGroupIds: [GroupId],
    TagSpecifications: tagSpecifications(ours, 'instance', 'volume')
  })
  await ec2.createImage({
    InstanceId: instance,
    Name: `image ${bake ?? ''}`,
    TagSpecifications: tagSpecifications(ours, 'image', 'snapshot')
  })
  await ec2.describeImages({})
}

it('leaves a bake alone that has not expired', async () => {
  const started = await start()
  await lose(started)
  started.wait(3 * hour - 60_000)
  const report = await started.clean()
  expect(report.swept).toEqual([])
  expect(report.kept.map(({why}) => why)).toContainEqual(expect.stringMatching(/^it expires at 20/))
  expect(started.cloud.calls.map(({action}) => action)).not.toContain('TerminateInstances')
})

it('removes everything of bakes that have expired, by AWS’s clock', async () => {
  const started = await start()
  for (const bake of ['00000000000a', '00000000000b', '00000000000c']) await lose(started, bake)
  started.wait(3 * hour + 60_000)
  const report = await started.clean()
  expect(report.unseen).toEqual([])
  expect(new Set(report.swept.map(({outcome}) => outcome))).toEqual(new Set(['removed']))
  expect(report.swept).toHaveLength(18)
  expect(started.cloud.leftovers()).toEqual([])
})

it('says in a dry run what it would remove, and removes nothing', async () => {
  const started = await start()
  await lose(started)
  started.wait(4 * hour)
  const before = started.cloud.leftovers()
  const report = await started.clean({dryRun: true})
  expect(started.cloud.leftovers()).toEqual(before)
  expect(new Set(report.swept.map(({outcome}) => outcome))).toEqual(new Set(['would be removed']))
  expect(report.swept.map(({type, id}) => `${type} ${id}`).toSorted()).toEqual(
    before.map(({type, id}) => `${type} ${id}`).toSorted()
  )
})

it('finds what an older Packer does not tag through the instance, and none of the look-alikes', async () => {
  const {cloud, ec2, tags, clean, wait} = await start()
  await ec2.createKeyPair({KeyName: name, KeyType: 'ed25519'})
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: name, Description: 'd'})
  const instance = await launch(ec2, cloud, {
    KeyName: name,
    SecurityGroupIds: [GroupId],
    BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {VolumeSize: 8, DeleteOnTermination: false}}],
    TagSpecifications: tagSpecifications(tags(), 'instance')
  })
  const {ImageId: image = ''} = await ec2.createImage({InstanceId: instance, Name: 'untagged'})
  await ec2.describeImages({})
  await ec2.copyImage({SourceImageId: image, SourceRegion: cloud.region, Name: 'copy', Encrypted: true})
  await ec2.describeImages({})
  const others = await cloud.furnish(() => populate(ec2, {imageId: image, count: 8}))
  wait(4 * hour)

  const report = await clean()
  expect(report.unseen).toEqual([])
  expect(await others.changed()).toEqual([])
  expect(cloud.leftovers()).toEqual([])
  expect(report.kept.map(({why}) => why)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^it expires at/),
      'it has no expiry: its bake kept it',
      'its bake-jenkins-ami:bake is not the id of a bake',
      'its bake-jenkins-ami:expires is not a time'
    ])
  )
})

it('keeps the image that its bake kept, with its snapshots and the copies that others made of it', async () => {
  const started = await start()
  const {cloud, ec2, clean, wait} = started
  await lose(started)
  const {Images: [image] = []} = await ec2.describeImages({Owners: ['self']})
  const snapshots = (image?.BlockDeviceMappings ?? []).flatMap(({Ebs}) => Ebs?.SnapshotId ?? [])
  // As src/bake/promote.ts does it.
  await ec2.deleteTags({Resources: [image?.ImageId ?? '', ...snapshots], Tags: [{Key: tagKeys.expires}]})
  const {ImageId: copy} = await ec2.copyImage({
    SourceImageId: image?.ImageId,
    SourceRegion: cloud.region,
    Name: 'somebody’s copy'.replace('’', '')
  })
  wait(4 * hour)
  await clean()
  const left = cloud.leftovers()
  expect(left.map(({type}) => type).toSorted()).toEqual(['image', 'image', 'snapshot', 'snapshot'])
  expect(left.map(({id}) => id)).toEqual(expect.arrayContaining([image?.ImageId, copy, ...snapshots]))
})

it('removes older bakes before they expire when it is asked to', async () => {
  const started = await start()
  await lose(started, '00000000000a')
  started.wait(hour)
  await lose(started, '00000000000b')
  const report = await started.clean({olderThanMs: hour / 2})
  expect(new Set(report.swept.map(({bake}) => bake))).toEqual(new Set(['00000000000a']))
  expect(new Set(report.kept.map(({resource}) => resource.tags[tagKeys.bake]))).toEqual(new Set(['00000000000b']))
})

it('says what is left when AWS refuses, and finishes the next time', async () => {
  let refuses = true
  const enough = new AbortController()
  const started = await start({
    onArrival: ({action, nth}) => {
      // The SDK repeats what is refused while the clocks differ; three rounds are over by then.
      if (action === 'TerminateInstances' && nth === 16) enough.abort()
    },
    authorize: ({action}) =>
      refuses && action === 'ec2:TerminateInstances'
        ? {allowed: false, resource: '*', because: 'because of a test'}
        : {allowed: true}
  })
  await lose(started)
  started.wait(4 * hour)
  const report = await started.clean({limit: enough.signal})
  const left = report.swept.filter(({outcome}) => outcome === 'left')
  expect(left.map(({type}) => type)).toEqual(expect.arrayContaining(['instance', 'security-group']))
  expect(left.find(({type}) => type === 'instance')?.reason).toMatch(/AWS refused to remove it: You are not authorized/)
  expect(report.swept.find(({type}) => type === 'image')?.outcome).toBe('removed')

  refuses = false
  await started.clean()
  expect(started.cloud.leftovers()).toEqual([])
})

it('names a snapshot that somebody’s image uses, leaves it, and does not try', async () => {
  const started = await start()
  const {cloud, ec2, tags, clean, wait} = started
  await lose(started)
  const {SnapshotId: used = ''} = await ec2.createSnapshot({
    VolumeId: (await ec2.describeVolumes({})).Volumes?.[0]?.VolumeId,
    TagSpecifications: tagSpecifications(tags(), 'snapshot')
  })
  wait(4 * hour)
  const own = await cloud.furnish(() => launch(ec2, cloud))
  const {ImageId: theirs} = await ec2.createImage({
    InstanceId: own,
    Name: 'theirs',
    BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {SnapshotId: used}}]
  })
  const report = await clean()
  expect(report.swept.map(({id}) => id)).not.toContain(used)
  expect(new Set(report.swept.map(({outcome}) => outcome))).toEqual(new Set(['removed']))
  expect(report.kept.map(({resource, why}) => [resource.id, why])).toEqual([
    [used, `it is in use by the image ${theirs}, which stays`]
  ])
  expect(cloud.calls.filter(({action, status}) => action === 'DeleteSnapshot' && status !== 200)).toEqual([])
  expect((await clean()).swept).toEqual([])
})

it('leaves a group with the tags of a bake whose name no bake gives, and says so without being red', async () => {
  const started = await start()
  await lose(started)
  const {GroupId = ''} = await started.ec2.createSecurityGroup({
    GroupName: 'production-web',
    Description: 'd',
    TagSpecifications: tagSpecifications(started.tags(), 'security-group')
  })
  started.wait(4 * hour)
  const report = await started.clean()
  expect(report.kept.map(({resource}) => resource.id)).toEqual([GroupId])
  expect(report.unseen).toEqual([])
  expect(new Set(report.swept.map(({outcome}) => outcome))).toEqual(new Set(['removed']))
})

it('does not call removed what a bake keeps while it sweeps', async () => {
  const started: Started = await start({
    // The first two looks have been taken: what there is of any bake, and of this one.
    onArrival: async ({action, nth}) => {
      if (action !== 'DescribeKeyPairs' || nth !== 4) return
      const {KeyPairs: [pair] = []} = await started.ec2.describeKeyPairs({})
      await started.ec2.deleteTags({Resources: [pair?.KeyPairId ?? ''], Tags: [{Key: tagKeys.expires}]})
    }
  })
  await lose(started)
  started.wait(4 * hour)
  const report = await started.clean()
  expect(report.swept.map(({type}) => type)).not.toContain('key-pair')
  expect(report.kept.map(({resource, why}) => [resource.type, why])).toEqual([
    ['key-pair', 'it has no expiry: its bake kept it']
  ])
  expect(started.cloud.leftovers().map(({type}) => type)).toEqual(['key-pair'])
})

it('takes its tags off what was there before the bake, and leaves it', async () => {
  const started = await start()
  const {cloud, ec2, clean, wait} = started
  const {VolumeId} = await ec2.createVolume({AvailabilityZone: 'us-east-1a', Size: 8})
  const {SnapshotId: team = ''} = await ec2.createSnapshot({VolumeId})
  wait(60_000)
  const now = new Date(Date.now() + 60_000)
  const tags = {[tagKeys.bake]: '00000000000a', ...lifetimeTags(now, hour)}
  await ec2.createKeyPair({KeyName: 'own', TagSpecifications: tagSpecifications(tags, 'key-pair')})
  await ec2.createTags({Resources: [team], Tags: Object.entries(tags).map(([Key, Value]) => ({Key, Value}))})
  wait(4 * hour)
  const report = await clean()
  expect(report.swept.map(({type}) => type)).toEqual(['key-pair'])
  expect(report.kept.map(({resource, why}) => [resource.id, why])).toEqual([[team, 'it is older than its bake']])
  const {Snapshots: [snapshot] = []} = await ec2.describeSnapshots({SnapshotIds: [team]})
  expect(snapshot?.Tags).toEqual([])
  expect(cloud.leftovers().map(({type}) => type)).toEqual(['volume', 'snapshot'])
})

it('names what it may not look for, and removes the rest', async () => {
  const enough = new AbortController()
  const started: Started = await start({
    onArrival: ({action}) => {
      if (action === 'DescribeVolumes' && started.cloud.leftovers().length === 0) enough.abort()
    },
    authorize: ({action}) =>
      action === 'ec2:DescribeVolumes' ? {allowed: false, resource: '*', because: 'because of a test'} : {allowed: true}
  })
  await lose(started)
  started.wait(4 * hour)
  const report = await started.clean({limit: enough.signal})
  expect(report.unseen).toContainEqual(
    expect.objectContaining({type: 'volume', reason: expect.stringMatching(/could not be looked for/)})
  )
  expect(report.advice).toEqual([
    expect.stringMatching(/^Allow ec2:DescribeVolumes in the role's policy; .* iam\/sweep-permissions\.json/),
    'See docs/troubleshooting.md#left-in-the-account.'
  ])
  expect(started.cloud.leftovers()).toEqual([])
})

it('does not call a volume used by others whose instance it may not look for', async () => {
  const started: Started = await start({
    authorize: ({action}) =>
      action === 'ec2:DescribeInstances'
        ? {allowed: false, resource: '*', because: 'because of a test'}
        : {allowed: true}
  })
  await lose(started)
  started.wait(4 * hour)
  const report = await started.clean()
  expect(report.kept).toEqual([])
  const left = report.swept.filter(({outcome}) => outcome === 'left').map(({type}) => type)
  expect(left.toSorted()).toEqual(['security-group', 'volume'])
  expect(report.unseen.map(({type}) => type)).toContain('instance')
})

it.each(['TerminateInstances', 'DeregisterImage'])(
  'is finished by the next one when it is ended after %s',
  async (action) => {
    const ended = new AbortController()
    const started = await start({
      onArrival: (call) => {
        if (call.action === action) ended.abort()
      }
    })
    const {cloud, ec2, tags, clean, wait} = started
    // Untagged things hang on the instance, and lead nowhere once it is gone.
    const instance = await launch(ec2, cloud, {
      BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {VolumeSize: 8, DeleteOnTermination: false}}],
      TagSpecifications: tagSpecifications(tags(), 'instance')
    })
    await ec2.createImage({InstanceId: instance, Name: 'untagged'})
    await ec2.describeImages({})
    wait(4 * hour)
    const first = await clean({limit: ended.signal})
    expect(first.swept.some(({outcome}) => outcome === 'left')).toBe(true)
    expect(cloud.leftovers()).not.toEqual([])
    await clean()
    expect(cloud.leftovers()).toEqual([])
  }
)
