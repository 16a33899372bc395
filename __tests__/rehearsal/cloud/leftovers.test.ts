import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud, type TestCloud} from './test-cloud.ts'

async function bakedImage({ec2, cloud}: TestCloud, name = 'baked'): Promise<string> {
  const id = await launch(ec2, cloud)
  await describeOne(ec2, id)
  const {ImageId = ''} = await ec2.createImage({InstanceId: id, Name: name, NoReboot: true})
  await ec2.terminateInstances({InstanceIds: [id]})
  await describeOne(ec2, id)
  return ImageId
}

it('leaves out images that are to be kept, with their snapshots', async () => {
  const test = await startTestCloud()
  const [kept, other] = [await bakedImage(test, 'kept'), await bakedImage(test, 'other')]
  expect(test.cloud.leftovers().map(({type}) => type)).toEqual(['image', 'image', 'snapshot', 'snapshot'])
  const {Images} = await test.ec2.describeImages({ImageIds: [other]})
  const snapshot = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId
  expect(test.cloud.leftovers([kept])).toEqual([
    {type: 'image', id: other},
    {type: 'snapshot', id: snapshot}
  ])
})

it('counts what was made in another region, and names the region', async () => {
  const test = await startTestCloud()
  const ImageId = await bakedImage(test)
  const elsewhere = test.ec2As(test.cloud.administrator, {region: 'eu-west-1'})
  const {ImageId: copy = ''} = await elsewhere.copyImage({
    SourceImageId: ImageId,
    SourceRegion: 'us-east-1',
    Name: 'copy'
  })
  const {KeyPairId: key} = await elsewhere.createKeyPair({KeyName: 'key', KeyType: 'ed25519'})
  expect(test.cloud.leftovers([ImageId])).toEqual([
    {type: 'image', id: copy, region: 'eu-west-1'},
    {type: 'snapshot', id: expect.stringMatching(/^snap-/), region: 'eu-west-1'},
    {type: 'key-pair', id: key, region: 'eu-west-1'}
  ])
  expect(test.cloud.leftovers([ImageId, copy])).toEqual([{type: 'key-pair', id: key, region: 'eu-west-1'}])
})

it('counts launch templates, and requests for spot instances until their instances are ended', async () => {
  const {ec2, cloud} = await startTestCloud()
  const {LaunchTemplate: template} = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'spot',
    LaunchTemplateData: {ImageId: cloud.sourceImageId, InstanceMarketOptions: {MarketType: 'spot'}}
  })
  const id = await launch(ec2, cloud, {LaunchTemplate: {LaunchTemplateName: 'spot'}})
  const request = (await describeOne(ec2, id))?.SpotInstanceRequestId
  const templateLeft = {type: 'launch-template', id: template?.LaunchTemplateId}
  expect(cloud.leftovers()).toEqual([
    {type: 'instance', id},
    {type: 'spot-request', id: request},
    templateLeft,
    {type: 'volume', id: expect.stringMatching(/^vol-/)}
  ])
  await ec2.terminateInstances({InstanceIds: [id]})
  await describeOne(ec2, id)
  expect(cloud.leftovers()).toEqual([templateLeft])
})

it('counts roles and instance profiles by name, and not the role that was there before', async () => {
  const {iam, cloud} = await startTestCloud()
  await iam.createRole({RoleName: 'packer-1', AssumeRolePolicyDocument: '{"Statement": []}'})
  await iam.createInstanceProfile({InstanceProfileName: 'packer-1'})
  expect(cloud.leftovers()).toEqual([
    {type: 'instance-profile', id: 'packer-1'},
    {type: 'role', id: 'packer-1'}
  ])
})

it('with the canary ignored-terminate, the first instance that the action ends lives on', async () => {
  const test = await startTestCloud({canary: 'ignored-terminate'})
  const {ec2, cloud, driver, ec2As} = test
  const packer = ec2As(cloud.administrator, {userAgent: 'APN/1.0 HashiCorp/1.0 Packer/1.16.0'})
  const build = await launch(packer, cloud)
  const smoke = await launch(ec2, cloud)
  const next = await launch(ec2, cloud)
  await describeOne(ec2, smoke)
  for (const id of [build, smoke, smoke, next]) {
    const {TerminatingInstances} = await ec2.terminateInstances({InstanceIds: [id]})
    expect(TerminatingInstances).toMatchObject([{InstanceId: id, CurrentState: {Name: 'shutting-down'}}])
  }
  await describeOne(ec2, smoke)
  expect((await describeOne(ec2, smoke))?.State?.Name).toBe('running')
  expect((await describeOne(ec2, build))?.State?.Name).toBe('terminated')
  expect((await describeOne(ec2, next))?.State?.Name).toBe('terminated')
  expect(driver.machines.map(({isOn}) => isOn)).toEqual([false, true, false])
  expect(cloud.leftovers()).toContainEqual({type: 'instance', id: smoke})
})

it("with the canary hidden-snapshot, the first image's snapshot is not described and not deleted", async () => {
  const test = await startTestCloud({canary: 'hidden-snapshot'})
  const ImageId = await bakedImage(test)
  const second = await bakedImage(test, 'second')
  const {Images} = await test.ec2.describeImages({ImageIds: [ImageId]})
  const hidden = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? ''
  // Packer tags what the image names.
  await test.ec2.createTags({Resources: [hidden], Tags: [{Key: 'bake', Value: '1'}]})
  expect((await test.ec2.describeSnapshots({OwnerIds: ['self']})).Snapshots).toHaveLength(1)
  expect((await test.ec2.describeTags({})).Tags).toEqual([])
  const answer = await test.ec2.deregisterImage({ImageId, DeleteAssociatedSnapshots: true})
  expect(answer).toMatchObject({Return: true, DeleteSnapshotResults: []})
  await expect(test.ec2.deleteSnapshot({SnapshotId: hidden})).rejects.toMatchObject(
    awsError('InvalidSnapshot.NotFound')
  )
  await test.ec2.deregisterImage({ImageId: second, DeleteAssociatedSnapshots: true})
  expect(test.cloud.leftovers()).toEqual([{type: 'snapshot', id: hidden}])
})
