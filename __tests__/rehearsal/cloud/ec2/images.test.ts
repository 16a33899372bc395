import {expect, it} from '@jest/globals'
import {historyOf} from '../memory-driver.ts'
import {awsError, describeOne, launch, startTestCloud, type TestCloud} from '../test-cloud.ts'

const tags = [{Key: 'bake', Value: '1'}]

/** An instance that is running, and an image of it. */
async function imageOfInstance({ec2, cloud}: TestCloud, settings: {NoReboot?: boolean} = {}) {
  const id = await launch(ec2, cloud)
  await describeOne(ec2, id)
  const {ImageId = ''} = await ec2.createImage({
    InstanceId: id,
    Name: 'baked',
    TagSpecifications: [
      {ResourceType: 'image', Tags: tags},
      {ResourceType: 'snapshot', Tags: tags}
    ],
    ...settings
  })
  return {id, ImageId}
}

const describeImage = async ({ec2}: TestCloud, id: string) => (await ec2.describeImages({ImageIds: [id]})).Images?.[0]

const snapshotOf = async (test: TestCloud, id: string): Promise<string> =>
  (await describeImage(test, id))?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''

it('offers Debian 13 as Debian publishes it', async () => {
  const {ec2, cloud} = await startTestCloud()
  const {Images} = await ec2.describeImages({
    Owners: ['136693071363'],
    Filters: [{Name: 'name', Values: ['debian-13-*']}]
  })
  expect(Images?.map(({Architecture}) => Architecture)).toEqual(['arm64', 'x86_64'])
  expect(Images?.[1]).toMatchObject({
    ImageId: cloud.sourceImageId,
    CreationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    Public: true,
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    State: 'available'
  })
})

it.each([
  ['gp2', 'ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20261028'],
  ['gp3', 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261104']
])('finds images by their %s volumes, as filters of many templates do', async (type, name) => {
  const {ec2} = await startTestCloud()
  const {Images = []} = await ec2.describeImages({
    Owners: ['099720109477'],
    Filters: [
      {Name: 'name', Values: ['ubuntu/images/*amd64*']},
      {Name: 'block-device-mapping.volume-type', Values: [type]}
    ]
  })
  expect(Images.map((image) => image.Name)).toContain(name)
  expect(new Set(Images.map(({BlockDeviceMappings}) => BlockDeviceMappings?.[0]?.Ebs?.VolumeType))).toEqual(
    new Set([type])
  )
})

it('makes an image with a snapshot of each volume, and tags them', async () => {
  const test = await startTestCloud()
  const {id, ImageId} = await imageOfInstance(test)
  const {Images} = await test.ec2.describeImages({Filters: [{Name: 'source-instance-id', Values: [id]}]})
  expect(Images).toMatchObject([
    {
      ImageId,
      Name: 'baked',
      State: 'available',
      SourceInstanceId: id,
      SourceImageId: test.cloud.sourceImageId,
      Tags: tags
    }
  ])
  const SnapshotId = await snapshotOf(test, ImageId)
  const {Snapshots} = await test.ec2.describeSnapshots({OwnerIds: ['self']})
  expect(Snapshots).toMatchObject([
    {SnapshotId, State: 'completed', Tags: tags, Description: `Created by CreateImage(${id}) for ${ImageId}`}
  ])
})

it('copies the disk while the machine is off, unless it is told not to', async () => {
  const rebooting = await startTestCloud()
  const {id} = await imageOfInstance(rebooting)
  expect((await describeOne(rebooting.ec2, id))?.State?.Name).toBe('running')
  expect(rebooting.driver.machines[0]?.done).toEqual(['stop', 'capture while off', 'start'])
  const running = await startTestCloud()
  const made = await imageOfInstance(running, {NoReboot: true})
  await describeImage(running, made.ImageId)
  expect(running.driver.machines[0]?.done).toEqual(['capture while on'])
})

it('boots what the instance had on its disk', async () => {
  const test = await startTestCloud()
  const {id, ImageId} = await imageOfInstance(test)
  await describeImage(test, ImageId)
  const second = await launch(test.ec2, test.cloud, {ImageId})
  await describeOne(test.ec2, second)
  const spec = test.driver.machines[1]?.spec
  expect(spec).toMatchObject({imageId: ImageId, username: 'admin'})
  expect(spec && historyOf(spec.content)).toEqual([id])
})

it('does not launch an image that is still pending', async () => {
  let later = 0
  const test = await startTestCloud({stateDelayMs: 5000, now: () => new Date(Date.now() + later)})
  const id = await launch(test.ec2, test.cloud)
  later = 6000
  const {ImageId = ''} = await test.ec2.createImage({InstanceId: id, Name: 'baked'})
  expect((await describeImage(test, ImageId))?.State).toBe('pending')
  await expect(launch(test.ec2, test.cloud, {ImageId})).rejects.toMatchObject(awsError('InvalidAMIID.Unavailable'))
  later = 12_000
  await expect(launch(test.ec2, test.cloud, {ImageId})).resolves.toMatch(/^i-/)
})

it('makes no image of an instance that is not running or stopped', async () => {
  const {ec2, cloud} = await startTestCloud({stateDelayMs: 3_600_000})
  const InstanceId = await launch(ec2, cloud)
  await expect(ec2.createImage({InstanceId, Name: 'baked'})).rejects.toMatchObject(awsError('IncorrectState'))
})

it('refuses names that are taken or are none, until the image is gone', async () => {
  const test = await startTestCloud()
  const {id, ImageId} = await imageOfInstance(test)
  await expect(test.ec2.createImage({InstanceId: id, Name: 'baked'})).rejects.toMatchObject(
    awsError('InvalidAMIName.Duplicate')
  )
  for (const Name of ['ab', 'a{b}', 'x'.repeat(129)]) {
    await expect(test.ec2.createImage({InstanceId: id, Name})).rejects.toMatchObject(
      awsError('InvalidAMIName.Malformed')
    )
  }
  await test.ec2.deregisterImage({ImageId})
  await expect(test.ec2.createImage({InstanceId: id, Name: 'baked'})).resolves.toHaveProperty('ImageId')
})

it('keeps the snapshots of a deregistered image, or deletes them when asked', async () => {
  const test = await startTestCloud()
  const {ImageId} = await imageOfInstance(test)
  const SnapshotId = await snapshotOf(test, ImageId)
  await expect(test.ec2.deleteSnapshot({SnapshotId})).rejects.toMatchObject(awsError('InvalidSnapshot.InUse'))
  const root = {DeviceName: '/dev/xvda', Ebs: {SnapshotId}}
  const again = {
    Name: 'again',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [root],
    Architecture: 'x86_64' as const
  }
  const {ImageId: registered = ''} = await test.ec2.registerImage(again)
  expect(await test.ec2.deregisterImage({ImageId, DeleteAssociatedSnapshots: true})).toMatchObject({
    DeleteSnapshotResults: [{SnapshotId, ReturnCode: 'skipped'}]
  })
  expect(await test.ec2.deregisterImage({ImageId: registered, DeleteAssociatedSnapshots: true})).toMatchObject({
    DeleteSnapshotResults: [{SnapshotId, ReturnCode: 'success'}]
  })
  await expect(test.ec2.describeSnapshots({SnapshotIds: [SnapshotId]})).rejects.toMatchObject(
    awsError('InvalidSnapshot.NotFound')
  )
})

it('fails an image whose disk cannot be copied, and keeps its snapshot', async () => {
  const test = await startTestCloud()
  const id = await launch(test.ec2, test.cloud)
  await describeOne(test.ec2, id)
  const [machine] = test.driver.machines
  if (machine) machine.capture = () => Promise.reject(new Error('disk full'))
  const {ImageId = ''} = await test.ec2.createImage({InstanceId: id, Name: 'baked', NoReboot: true})
  await describeImage(test, ImageId)
  expect(await describeImage(test, ImageId)).toMatchObject({
    State: 'failed',
    StateReason: {Code: 'Server.InternalError'}
  })
  await expect(launch(test.ec2, test.cloud, {ImageId})).rejects.toMatchObject(awsError('InvalidAMIID.Unavailable'))
  expect(test.log).toEqual([`The machine of ${id} failed: Error: disk full`])
  expect(test.cloud.leftovers().map(({type}) => type)).toContain('snapshot')
})

it('copies an image within the region, once for a client token', async () => {
  const test = await startTestCloud()
  const {ImageId} = await imageOfInstance(test)
  const request = {
    SourceImageId: ImageId,
    SourceRegion: 'us-east-1',
    Name: 'copy',
    ClientToken: 'one',
    CopyImageTags: true,
    Encrypted: true
  }
  await describeImage(test, ImageId)
  const {ImageId: copy = ''} = await test.ec2.copyImage(request)
  expect((await test.ec2.copyImage(request)).ImageId).toBe(copy)
  expect(await describeImage(test, copy)).toMatchObject({
    State: 'available',
    SourceImageId: ImageId,
    Tags: tags,
    BlockDeviceMappings: [{Ebs: {Encrypted: true}}]
  })
  const elsewhere = {...request, ClientToken: 'two', SourceRegion: 'eu-west-1'}
  await expect(test.ec2.copyImage(elsewhere)).rejects.toMatchObject(awsError('InvalidAMIID.NotFound'))
})

it('does not deregister an image that is protected from it, and with a cooldown not for a day after', async () => {
  let now = new Date()
  const test = await startTestCloud({now: () => now})
  const {ImageId} = await imageOfInstance(test)
  const {ec2} = test
  const protection = async () => (await describeImage(test, ImageId))?.DeregistrationProtection
  const refused = awsError('OperationNotPermitted')
  await ec2.enableImageDeregistrationProtection({ImageId, WithCooldown: true})
  expect(await protection()).toBe('enabled-with-cooldown')
  await expect(ec2.deregisterImage({ImageId})).rejects.toMatchObject(refused)
  await ec2.disableImageDeregistrationProtection({ImageId})
  expect(await protection()).toBe('disabled')
  await expect(ec2.deregisterImage({ImageId})).rejects.toMatchObject(refused)
  const dayMs = 24 * 60 * 60_000
  now = new Date(now.getTime() + dayMs)
  ec2.config.systemClockOffset = dayMs
  await expect(ec2.deregisterImage({ImageId})).resolves.toMatchObject({Return: true})
})

it('registers what was written on a second volume, where one disk stands in for all', async () => {
  const {ec2, cloud} = await startTestCloud()
  const device = '/dev/xvdf'
  const id = await launch(ec2, cloud, {
    BlockDeviceMappings: [{DeviceName: device, Ebs: {VolumeSize: 8, DeleteOnTermination: true}}]
  })
  const found = await describeOne(ec2, id)
  const volume = found?.BlockDeviceMappings?.find(({DeviceName}) => DeviceName === device)?.Ebs?.VolumeId
  const {SnapshotId = ''} = await ec2.createSnapshot({VolumeId: volume})
  const {Snapshots} = await ec2.describeSnapshots({SnapshotIds: [SnapshotId]})
  expect(Snapshots).toMatchObject([{State: 'completed'}])
  const {ImageId} = await ec2.registerImage({
    Name: 'surrogate',
    Architecture: 'x86_64',
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{DeviceName: '/dev/xvda', Ebs: {SnapshotId}}]
  })
  expect(ImageId).toMatch(/^ami-/)
})

it('shares a snapshot, with everybody only where it is not encrypted', async () => {
  const test = await startTestCloud()
  const {ImageId} = await imageOfInstance(test)
  const {ec2} = test
  const SnapshotId = await snapshotOf(test, ImageId)
  await ec2.modifySnapshotAttribute({
    SnapshotId,
    Attribute: 'createVolumePermission',
    OperationType: 'add',
    UserIds: ['210987654321'],
    CreateVolumePermission: {Add: [{Group: 'all'}]}
  })
  await ec2.modifySnapshotAttribute({SnapshotId, CreateVolumePermission: {Remove: [{Group: 'all'}]}})
  expect(await ec2.describeSnapshotAttribute({SnapshotId, Attribute: 'createVolumePermission'})).toMatchObject({
    CreateVolumePermissions: [{UserId: '210987654321'}]
  })
})

it('shares, describes, deprecates and restricts an image', async () => {
  const test = await startTestCloud()
  const {ImageId} = await imageOfInstance(test)
  const {ec2} = test
  await ec2.modifyImageAttribute({ImageId, LaunchPermission: {Add: [{UserId: '210987654321'}]}})
  await ec2.modifyImageAttribute({
    ImageId,
    Attribute: 'launchPermission',
    OperationType: 'add',
    UserIds: ['109876543210']
  })
  expect(await ec2.describeImageAttribute({ImageId, Attribute: 'launchPermission'})).toMatchObject({
    LaunchPermissions: [{UserId: '210987654321'}, {UserId: '109876543210'}]
  })
  await ec2.modifyImageAttribute({ImageId, Description: {Value: 'new'}})
  await ec2.modifyImageAttribute({ImageId, ImdsSupport: {Value: 'v2.0'}})
  const DeprecateAt = new Date('2030-01-01T00:00:00Z')
  await ec2.enableImageDeprecation({ImageId, DeprecateAt})
  expect(await describeImage(test, ImageId)).toMatchObject({
    Description: 'new',
    ImdsSupport: 'v2.0',
    DeprecationTime: DeprecateAt.toISOString()
  })
  const second = await launch(ec2, test.cloud, {ImageId})
  expect((await describeOne(ec2, second))?.MetadataOptions).toMatchObject({
    HttpTokens: 'required',
    HttpPutResponseHopLimit: 2
  })
  expect((await ec2.describeImageReferences({ImageIds: [ImageId]})).ImageReferences).toMatchObject([
    {ResourceType: 'ec2:Instance', Arn: expect.stringContaining(second)}
  ])
  await expect(ec2.modifyImageAttribute({ImageId, LaunchPermission: {Add: [{UserId: 'me'}]}})).rejects.toMatchObject(
    awsError('InvalidAMIAttributeItemValue')
  )
})

it('says that an image is missing, gone, not ours, or that its id is no id', async () => {
  const test = await startTestCloud()
  const {ec2, cloud} = test
  await expect(ec2.describeImages({ImageIds: ['ami-0123456789abcdef0']})).rejects.toMatchObject({
    ...awsError('InvalidAMIID.NotFound'),
    message: "The image id '[ami-0123456789abcdef0]' does not exist"
  })
  await expect(ec2.describeImages({ImageIds: ['ami-x']})).rejects.toMatchObject(awsError('InvalidAMIID.Malformed'))
  await expect(ec2.deregisterImage({ImageId: cloud.sourceImageId})).rejects.toMatchObject(awsError('AuthFailure', 403))
  const {ImageId} = await imageOfInstance(test)
  await ec2.deregisterImage({ImageId})
  await expect(ec2.deregisterImage({ImageId})).rejects.toMatchObject(awsError('InvalidAMIID.Unavailable'))
})
