import {AutoScaling} from '@aws-sdk/client-auto-scaling'
import type {EC2} from '@aws-sdk/client-ec2'
import {describe, expect, it} from '@jest/globals'
import {tagKeys, tagSpecifications, type Tags} from '../../../src/aws/tags.ts'
import {awsTime, observeTime} from '../../../src/aws/time.ts'
import type {Retirement} from '../../../src/retire/choose.ts'
import {retireImages} from '../../../src/retire/retire.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {launch, startTestCloud, type TestCloud} from '../../rehearsal/cloud/test-cloud.ts'

const day = 86_400_000

/** A cloud whose clock is set forward as its images come, one each day. */
async function account() {
  let ahead = 0
  const started = await startTestCloud({now: () => new Date(Date.now() + ahead)})
  const {ec2, cloud} = started
  observeTime(ec2)
  const autoScaling = new AutoScaling({
    region: cloud.region,
    endpoint: cloud.endpoint,
    credentials: cloud.administrator,
    maxAttempts: 1
  })
  const instance = await launch(ec2, cloud)
  let made = 0
  /** The clients learn the time from a first answer. */
  const later = async (ms: number): Promise<void> => {
    ahead += ms
    await ec2.describeVpcs().catch(() => undefined)
    await autoScaling.describeLaunchConfigurations().catch(() => undefined)
  }
  const bake = async (tags: Tags = {}): Promise<string> => {
    await later(day)
    made += 1
    const own = {
      [tagKeys.bake]: made.toString(16).padStart(12, '0'),
      [tagKeys.run]: 'octo/images/1/1',
      [tagKeys.name]: 'jenkins',
      [tagKeys.verified]: 'yes',
      [tagKeys.began]: new Date(Date.now() + ahead - 60_000).toISOString(),
      ...tags
    }
    const {ImageId = ''} = await ec2.createImage({
      InstanceId: instance,
      NoReboot: true,
      Name: `image ${made}`,
      TagSpecifications: tagSpecifications(own, 'image', 'snapshot')
    })
    await ec2.describeImages({ImageIds: [ImageId]})
    return ImageId
  }
  const bakes = async (count: number): Promise<string[]> => {
    const ids: string[] = []
    for (let n = 0; n < count; n += 1) ids.push(await bake())
    return ids
  }
  return {...started, autoScaling, bake, bakes, later}
}

async function retired(
  {ec2, autoScaling}: Pick<Awaited<ReturnType<typeof account>>, 'ec2' | 'autoScaling'>,
  {
    by = 'deregister',
    dryRun = false,
    parameters = {}
  }: {by?: Retirement; dryRun?: boolean; parameters?: Record<string, string>} = {}
) {
  const readParameter = async (name: string): Promise<string> => {
    const value = parameters[name]
    if (value === undefined) throw Object.assign(new Error('no such parameter'), {name: 'ParameterNotFound'})
    return value
  }
  const rule = {keepLast: 2, unusedForMs: day}
  const context = {ec2, autoScaling, readParameter, parameters: Object.keys(parameters), log: recordingLog()}
  const limit = AbortSignal.timeout(300_000)
  const report = await retireImages(context, {rule, by, dryRun, log: recordingLog(), limit})
  return {
    gone: report.retired.flatMap(({image, outcome}) => (/retired/.test(outcome) ? [image.id] : [])),
    failure: report.failure,
    left: report.retired.flatMap(({image, outcome, reason}) => (outcome === 'left' ? [[image.id, reason]] : [])),
    why: Object.fromEntries([
      ...report.staying.map(({image, why}) => [image.id, why] as const),
      ...report.retired.flatMap(({image, outcome, reason}) =>
        outcome === 'stays' ? [[image.id, reason] as const] : []
      )
    ])
  }
}

const present = async (ec2: EC2): Promise<string[]> =>
  ((await ec2.describeImages({Owners: ['self'], IncludeDisabled: true})).Images ?? []).map(({ImageId = ''}) => ImageId)

it('removes the oldest images with their snapshots, keeps the newest, and has nothing to do the next time', async () => {
  const cloud = await account()
  const ids = await cloud.bakes(5)
  const {gone, left} = await retired(cloud)
  expect(gone).toEqual(ids.slice(0, 3))
  expect(left).toEqual([])
  expect((await present(cloud.ec2)).toSorted()).toEqual(ids.slice(3).toSorted())
  expect((await cloud.ec2.describeSnapshots({OwnerIds: ['self']})).Snapshots).toHaveLength(2)
  expect((await retired(cloud)).gone).toEqual([])
})

it('leaves an image whose tags do not say which snapshots are its bake’s own', async () => {
  const cloud = await account()
  const untold = await cloud.bake({[tagKeys.began]: ''})
  const ids = await cloud.bakes(3)
  const {gone, why, left} = await retired(cloud)
  expect(gone).toEqual(ids.slice(0, 1))
  expect(left).toEqual([])
  expect(await present(cloud.ec2)).toContain(untold)
  expect(why[untold]).toMatch(/do not say which of its snapshots its bake made/)
})

it('counts an image as retired that somebody else has just removed', async () => {
  const cloud = await account()
  const ids = await cloud.bakes(3)
  const send = cloud.ec2.send.bind(cloud.ec2)
  cloud.ec2.send = (async (command: {constructor: {name: string}}, ...rest: []) => {
    if (command.constructor.name === 'DeregisterImageCommand') await send(command as never)
    return send(command as never, ...rest)
  }) as typeof cloud.ec2.send
  const {gone, left} = await retired(cloud)
  expect(gone).toEqual(ids.slice(0, 1))
  expect(left).toEqual([])
  expect((await cloud.ec2.describeSnapshots({OwnerIds: ['self']})).Snapshots).toHaveLength(2)
})

it('leaves everything in a dry run, and says what would go', async () => {
  const cloud = await account()
  const ids = await cloud.bakes(4)
  expect((await retired(cloud, {dryRun: true})).gone).toEqual(ids.slice(0, 2))
  expect(await present(cloud.ec2)).toHaveLength(4)
})

it('leaves what is not verified, not released yet, or of others', async () => {
  const cloud = await account()
  const {ec2} = cloud
  const odd = [await cloud.bake({[tagKeys.expires]: 'soon'}), await cloud.bake({[tagKeys.bake]: 'x'})]
  const {ImageId: plain = ''} = await ec2.createImage({InstanceId: await launch(ec2, cloud.cloud), Name: 'plain'})
  const ids = await cloud.bakes(4)
  expect((await retired(cloud)).gone).toEqual(ids.slice(0, 2))
  expect(await present(ec2)).toEqual(expect.arrayContaining([...odd, plain]))
})

it.each([
  ['disable', 'it is disabled'],
  ['deprecate', 'it is deprecated']
] as const)('can %s them instead', async (by, why) => {
  const cloud = await account()
  const ids = await cloud.bakes(4)
  expect((await retired(cloud, {by})).gone).toEqual(ids.slice(0, 2))
  await cloud.later(day)
  const again = await retired(cloud, {by})
  expect(again.gone).toEqual([])
  expect(again.why[ids[0] ?? '']).toBe(why)
  expect(await present(cloud.ec2)).toHaveLength(4)
})

type Use = (cloud: TestCloud & {readonly autoScaling: AutoScaling}, imageId: string) => Promise<unknown>

async function template({ec2}: Pick<TestCloud, 'ec2'>, ...images: readonly string[]): Promise<string> {
  const [first = '', ...others] = images
  const {LaunchTemplate: {LaunchTemplateId: id = ''} = {}} = await ec2.createLaunchTemplate({
    LaunchTemplateName: `template-${first.replaceAll(':', '-')}`,
    LaunchTemplateData: {ImageId: first}
  })
  for (const ImageId of others)
    await ec2.createLaunchTemplateVersion({LaunchTemplateId: id, LaunchTemplateData: {ImageId}})
  return id
}

const group = {MinSize: 0, MaxSize: 0, AvailabilityZones: ['us-east-1a']}

const uses: readonly (readonly [string, Use])[] = [
  ['the instance i-', ({ec2, cloud}, ImageId) => launch(ec2, cloud, {ImageId})],
  [
    'the instance i-',
    async ({ec2, cloud}, ImageId) => {
      const id = await launch(ec2, cloud, {ImageId})
      await ec2.describeInstances({InstanceIds: [id]})
      await ec2.stopInstances({InstanceIds: [id]})
    }
  ],
  ['the launch template template-ami', (cloud, id) => template(cloud, id)],
  ['the launch template template-ami', async (cloud, id) => template(cloud, cloud.cloud.sourceImageId, id)],
  ['the launch template template-ami', async (cloud, id) => template(cloud, id, cloud.cloud.sourceImageId)],
  [
    'the Auto Scaling group pinned, by version 2 of template',
    async (cloud, id) => {
      const versions = [id, ...Array.from({length: 20}, () => cloud.cloud.sourceImageId)]
      const LaunchTemplateId = await template(cloud, cloud.cloud.sourceImageId, ...versions)
      await cloud.autoScaling.createAutoScalingGroup({
        ...group,
        AutoScalingGroupName: 'pinned',
        LaunchTemplate: {LaunchTemplateId, Version: '2'}
      })
    }
  ],
  [
    'the Auto Scaling group mixed, by version 1 of template',
    async (cloud, id) => {
      const versions = Array.from({length: 20}, () => cloud.cloud.sourceImageId)
      const LaunchTemplateId = await template(cloud, id, ...versions)
      await cloud.ec2.modifyLaunchTemplate({LaunchTemplateId, DefaultVersion: '3'})
      await cloud.autoScaling.createAutoScalingGroup({
        ...group,
        AutoScalingGroupName: 'mixed',
        MixedInstancesPolicy: {
          LaunchTemplate: {
            LaunchTemplateSpecification: {LaunchTemplateId, Version: '$Default'},
            Overrides: [{LaunchTemplateSpecification: {LaunchTemplateId, Version: '1'}}]
          }
        }
      })
    }
  ],
  [
    'the Auto Scaling group overriding',
    async (cloud, ImageId) => {
      const LaunchTemplateId = await template(cloud, cloud.cloud.sourceImageId)
      await cloud.autoScaling.createAutoScalingGroup({
        ...group,
        AutoScalingGroupName: 'overriding',
        MixedInstancesPolicy: {
          LaunchTemplate: {LaunchTemplateSpecification: {LaunchTemplateId, Version: '$Latest'}, Overrides: [{ImageId}]}
        }
      })
    }
  ],
  [
    'the launch configuration old',
    ({autoScaling}, ImageId) =>
      autoScaling.createLaunchConfiguration({LaunchConfigurationName: 'old', ImageId, InstanceType: 't3.micro'})
  ]
]

describe('an image in use stays', () => {
  it.each(uses)('by %s', async (who, use) => {
    const cloud = await account()
    const [oldest = '', ...others] = await cloud.bakes(4)
    await use(cloud, oldest)
    const {gone, why} = await retired(cloud)
    expect(gone).toEqual(others.slice(0, 1))
    expect(why[oldest]).toContain(`it is in use by ${who}`)
  })

  it('by a parameter that the inputs name, and by a launch template that follows one', async () => {
    const cloud = await account()
    const [first = '', second = '', third = ''] = await cloud.bakes(5)
    await template(cloud, 'resolve:ssm:/followed')
    const {gone, why} = await retired(cloud, {parameters: {'/jenkins/ami': first, '/followed': second}})
    expect(gone).toEqual([third])
    expect(why[first]).toBe('it is in use by the parameter /jenkins/ami')
    expect(why[second]).toMatch(/in use by the (launch template|parameter)/)
  })

  it('as far as AWS knows, where only AWS knows', async () => {
    const cloud = await account()
    const [oldest = '', next = ''] = await cloud.bakes(4)
    // The sixth newest version is neither the default nor the latest one.
    const others = Array.from({length: 5}, () => cloud.cloud.sourceImageId)
    const id = await template(cloud, cloud.cloud.sourceImageId, oldest, ...others)
    await cloud.ec2.modifyLaunchTemplate({LaunchTemplateId: id, DefaultVersion: '1'})
    const {gone, why} = await retired(cloud)
    expect(gone).toEqual([next])
    expect(why[oldest]).toContain(`launch-template/${id}`)
  })

  it('and was launched not long ago, though the machine is gone', async () => {
    const cloud = await account()
    const [oldest = '', next] = await cloud.bakes(4)
    await cloud.later(10 * day)
    const InstanceIds = [await launch(cloud.ec2, cloud.cloud, {ImageId: oldest})]
    await cloud.ec2.terminateInstances({InstanceIds})
    // AWS reports it a day later.
    await cloud.later(day + 60_000)
    const rule = {keepLast: 2, unusedForMs: 7 * day}
    const context = {
      ec2: cloud.ec2,
      autoScaling: cloud.autoScaling,
      readParameter: async () => '',
      parameters: [],
      log: recordingLog()
    }
    const limit = AbortSignal.timeout(300_000)
    const {retired: went, staying} = await retireImages(context, {
      rule,
      by: 'deregister',
      dryRun: false,
      log: recordingLog(),
      limit
    })
    expect(went.map(({image}) => image.id)).toEqual([next])
    expect(staying.find(({image}) => image.id === oldest)?.why).toContain('it was launched at')
  })
})

it('retires nothing where it cannot see who uses the images', async () => {
  const cloud = await account()
  await cloud.bakes(4)
  const context = {
    ec2: cloud.ec2,
    autoScaling: cloud.autoScaling,
    readParameter: async () => {
      throw Object.assign(new Error('not yours'), {name: 'AccessDeniedException'})
    },
    parameters: [],
    log: recordingLog()
  }
  await template(cloud, 'resolve:ssm:/of/others')
  const {failure, retired: gone} = await retireImages(context, {
    rule: {keepLast: 2, unusedForMs: day},
    by: 'deregister',
    dryRun: false,
    log: recordingLog(),
    limit: AbortSignal.timeout(300_000)
  })
  expect(String(failure)).toMatch(
    /No more images are retired, because it is not known who uses them: the parameter \/of\/others cannot be read: AccessDeniedException: not yours/
  )
  expect(gone).toEqual([])
  expect(await present(cloud.ec2)).toHaveLength(4)
})

it('does not care for a launch template whose parameter is gone', async () => {
  const cloud = await account()
  const ids = await cloud.bakes(3)
  await template(cloud, 'resolve:ssm:/gone')
  expect((await retired(cloud)).gone).toEqual(ids.slice(0, 1))
})

it('wants parameters that name an image', async () => {
  const cloud = await account()
  await cloud.bakes(3)
  expect(String((await retired(cloud, {parameters: {'/jenkins/ami': 'none'}})).failure)).toMatch(
    /holds no id of an image/
  )
})

it('leaves images that are shared with others, whose use cannot be seen', async () => {
  const cloud = await account()
  const [oldest = '', next] = await cloud.bakes(4)
  await cloud.ec2.modifyImageAttribute({ImageId: oldest, LaunchPermission: {Add: [{UserId: '210987654321'}]}})
  expect((await retired(cloud)).gone).toEqual([next])
  expect(await present(cloud.ec2)).toContain(oldest)
})

it('counts a later copy of an old image by its bake, not by when it was copied', async () => {
  const cloud = await account()
  const [oldest = ''] = await cloud.bakes(3)
  const {Images: [image] = []} = await cloud.ec2.describeImages({ImageIds: [oldest]})
  const tags = Object.fromEntries((image?.Tags ?? []).map(({Key = '', Value = ''}) => [Key, Value]))
  const copy = await cloud.bake({
    [tagKeys.origin]: tags[tagKeys.bake] ?? '',
    [tagKeys.originBegan]: tags[tagKeys.began] ?? ''
  })
  await cloud.later(day + 60_000)
  expect((await retired(cloud)).gone.toSorted()).toEqual([oldest, copy].toSorted())
})

it('leaves the snapshot of others that a template has mapped into the image', async () => {
  const cloud = await account()
  const {ec2} = cloud
  const ids = await cloud.bakes(3)
  const {Images: [oldest] = []} = await ec2.describeImages({ImageIds: ids.slice(0, 1)})
  const SnapshotId = oldest?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
  // Packer tags it as well (hashicorp/packer#4653). It is older than the bake.
  const began = new Date(Date.parse(oldest?.CreationDate ?? '') + day / 24).toISOString()
  await ec2.createTags({Resources: ids.slice(0, 1), Tags: [{Key: tagKeys.began, Value: began}]})
  expect((await retired(cloud)).gone).toEqual(ids.slice(0, 1))
  expect((await ec2.describeSnapshots({SnapshotIds: [SnapshotId]})).Snapshots).toHaveLength(1)
})

it('says which image is left, and why, and goes on with the others', async () => {
  const cloud = await account()
  const ids = await cloud.bakes(4)
  await cloud.ec2.enableImageDeregistrationProtection({ImageId: ids[0]})
  const {gone, why} = await retired(cloud)
  expect(gone).toEqual(ids.slice(1, 2))
  expect(why[ids[0] ?? '']).toContain('protected')
  expect(awsTime(cloud.ec2).getTime()).toBeGreaterThan(Date.now())
})
