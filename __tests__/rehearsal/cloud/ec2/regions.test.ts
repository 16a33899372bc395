import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud, type TestCloud} from '../test-cloud.ts'
import {historyOf} from '../memory-driver.ts'

async function baked({ec2, cloud}: TestCloud): Promise<{instance: string; image: string}> {
  const instance = await launch(ec2, cloud)
  await describeOne(ec2, instance)
  const Tags = [{Key: 'bake', Value: '1'}]
  const TagSpecifications = [{ResourceType: 'image' as const, Tags}]
  const {ImageId: image = ''} = await ec2.createImage({InstanceId: instance, Name: 'baked', TagSpecifications})
  await describeOne(ec2, instance)
  return {instance, image}
}

it('keeps the things of each region apart', async () => {
  const {ec2, ec2As, cloud} = await startTestCloud()
  const elsewhere = ec2As(cloud.administrator, {region: 'eu-west-1'})
  await ec2.createKeyPair({KeyName: 'key', KeyType: 'ed25519'})
  expect((await elsewhere.describeKeyPairs({})).KeyPairs).toEqual([])
  await elsewhere.createKeyPair({KeyName: 'key', KeyType: 'ed25519'})
  const [here, there] = [await ec2.describeVpcs({}), await elsewhere.describeVpcs({})]
  expect(there.Vpcs?.[0]?.VpcId).not.toBe(here.Vpcs?.[0]?.VpcId)
  const {AvailabilityZones} = await elsewhere.describeAvailabilityZones({})
  expect(AvailabilityZones?.map(({ZoneName}) => ZoneName)).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c'])
})

it('offers the public images everywhere, under other ids', async () => {
  const {ec2As, cloud} = await startTestCloud()
  const elsewhere = ec2As(cloud.administrator, {region: 'eu-west-1'})
  await expect(elsewhere.describeImages({ImageIds: [cloud.sourceImageId]})).rejects.toMatchObject(
    awsError('InvalidAMIID.NotFound')
  )
  const Filters = [{Name: 'name', Values: ['debian-13-amd64*']}]
  const {Images} = await elsewhere.describeImages({Filters})
  expect(Images).toMatchObject([{Name: expect.stringMatching(/^debian-13-amd64/)}])
  expect(await launch(elsewhere, cloud, {ImageId: Images?.[0]?.ImageId})).toMatch(/^i-/)
})

it('copies an image to another region, with snapshots of its own and, where asked, its tags', async () => {
  const test = await startTestCloud()
  const {instance, image} = await baked(test)
  const elsewhere = test.ec2As(test.cloud.administrator, {region: 'eu-west-1'})
  const request = {SourceImageId: image, SourceRegion: 'us-east-1', CopyImageTags: true}
  const {ImageId = ''} = await elsewhere.copyImage({...request, Name: 'baked'})
  const {Images} = await elsewhere.describeImages({ImageIds: [ImageId]})
  expect(Images).toMatchObject([
    {
      State: 'available',
      SourceImageId: image,
      SourceImageRegion: 'us-east-1',
      Tags: [{Key: 'bake', Value: '1'}]
    }
  ])
  const SnapshotIds = [Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '']
  expect((await elsewhere.describeSnapshots({SnapshotIds})).Snapshots).toMatchObject([
    {Description: expect.stringContaining(`from SourceAmi ${image}`)}
  ])
  await expect(test.ec2.describeSnapshots({SnapshotIds})).rejects.toMatchObject(awsError('InvalidSnapshot.NotFound'))
  await test.ec2.deregisterImage({ImageId: image, DeleteAssociatedSnapshots: true})
  const copied = await launch(elsewhere, test.cloud, {ImageId})
  await describeOne(elsewhere, copied)
  expect(historyOf(test.driver.machines[1]?.spec.content ?? {driver: 'none'})).toEqual([instance])
})

it('judges a call by the region that it is made in, and a copy also by where its source is', async () => {
  const asked: string[] = []
  const test = await startTestCloud({
    authorize: ({action, resources}) => {
      asked.push(...resources.map(({arn, context}) => `${action} ${arn} ${String(context['aws:RequestedRegion'])}`))
      return {allowed: true}
    }
  })
  const {image} = await baked(test)
  asked.length = 0
  const elsewhere = test.ec2As(test.cloud.administrator, {region: 'eu-west-1'})
  await elsewhere.copyImage({SourceImageId: image, SourceRegion: 'us-east-1', Name: 'copy'})
  expect(asked).toEqual([
    'ec2:CopyImage arn:aws:ec2:eu-west-1::image/* eu-west-1',
    `ec2:CopyImage arn:aws:ec2:us-east-1::image/${image} eu-west-1`,
    'ec2:CopyImage arn:aws:ec2:eu-west-1::snapshot/* eu-west-1'
  ])
})

it('refuses a copy from a region that does not exist', async () => {
  const {ec2, cloud} = await startTestCloud()
  const request = {SourceImageId: cloud.sourceImageId, SourceRegion: 'mars-west-1', Name: 'copy'}
  await expect(ec2.copyImage(request)).rejects.toMatchObject(awsError('InvalidRegion'))
})
