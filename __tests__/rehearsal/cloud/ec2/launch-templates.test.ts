import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

const key = {KeyName: 'packer_1', KeyType: 'ed25519' as const}

it('makes, describes and deletes a launch template with its tags', async () => {
  const {ec2, cloud} = await startTestCloud()
  const Tags = [{Key: 'bake', Value: '1'}]
  const {LaunchTemplate: made} = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'packer-fleet-launch-template-AbC1234',
    LaunchTemplateData: {ImageId: cloud.sourceImageId, InstanceType: 't3.medium'},
    TagSpecifications: [{ResourceType: 'launch-template', Tags}]
  })
  const described = {
    LaunchTemplateId: expect.stringMatching(/^lt-0[0-9a-f]{16}$/),
    LaunchTemplateName: 'packer-fleet-launch-template-AbC1234',
    CreatedBy: `arn:aws:iam::${cloud.accountId}:user/administrator`,
    DefaultVersionNumber: 1,
    LatestVersionNumber: 1,
    Tags
  }
  expect(made).toMatchObject(described)
  const Filters = [{Name: 'tag:bake', Values: ['1']}]
  expect((await ec2.describeLaunchTemplates({Filters})).LaunchTemplates).toMatchObject([described])
  const {LaunchTemplateName} = described
  expect((await ec2.deleteLaunchTemplate({LaunchTemplateName})).LaunchTemplate?.LaunchTemplateId).toBe(
    made?.LaunchTemplateId
  )
  await expect(ec2.deleteLaunchTemplate({LaunchTemplateName})).rejects.toMatchObject(
    awsError('InvalidLaunchTemplateName.NotFoundException')
  )
  expect((await ec2.describeLaunchTemplates({})).LaunchTemplates).toEqual([])
})

it('shows what a template says of a launch, also of all templates at once', async () => {
  const {ec2} = await startTestCloud()
  const LaunchTemplateData = {KeyName: 'packer_1', InstanceType: 't3.medium' as const, UserData: 'aGVsbG8='}
  await ec2.createLaunchTemplate({LaunchTemplateName: 'one', LaunchTemplateData, VersionDescription: 'by packer'})
  await ec2.createLaunchTemplate({LaunchTemplateName: 'two', LaunchTemplateData: {KeyName: 'packer_2'}})
  const one = {LaunchTemplateName: 'one', VersionNumber: 1, VersionDescription: 'by packer', LaunchTemplateData}
  const named = await ec2.describeLaunchTemplateVersions({LaunchTemplateName: 'one'})
  expect(named.LaunchTemplateVersions).toMatchObject([one])
  const all = await ec2.describeLaunchTemplateVersions({Versions: ['$Latest']})
  expect(all.LaunchTemplateVersions).toMatchObject([one, {LaunchTemplateData: {KeyName: 'packer_2'}}])
  await expect(ec2.describeLaunchTemplateVersions({LaunchTemplateName: 'one', Versions: ['2']})).rejects.toMatchObject(
    awsError('InvalidLaunchTemplateId.VersionNotFound')
  )
  await expect(ec2.describeLaunchTemplateVersions({Versions: ['1']})).rejects.toMatchObject(
    awsError('InvalidParameterValue')
  )
})

it.each([
  ['x', 'InvalidLaunchTemplateName.MalformedException'],
  ['with space', 'InvalidLaunchTemplateName.MalformedException'],
  ['taken', 'InvalidLaunchTemplateName.AlreadyExistsException']
])('refuses the name %p', async (LaunchTemplateName, code) => {
  const {ec2} = await startTestCloud()
  await ec2.createLaunchTemplate({LaunchTemplateName: 'taken', LaunchTemplateData: {KeyName: 'k'}})
  const request = {LaunchTemplateName, LaunchTemplateData: {KeyName: 'k'}}
  await expect(ec2.createLaunchTemplate(request)).rejects.toMatchObject(awsError(code))
})

it('makes one template for a client token', async () => {
  const {ec2} = await startTestCloud()
  const request = {LaunchTemplateName: 'one', LaunchTemplateData: {KeyName: 'k'}, ClientToken: 'token'}
  const [first, second] = [await ec2.createLaunchTemplate(request), await ec2.createLaunchTemplate(request)]
  expect(second.LaunchTemplate?.LaunchTemplateId).toBe(first.LaunchTemplate?.LaunchTemplateId)
})

it('launches with a template, over which the call itself counts', async () => {
  const {ec2, cloud} = await startTestCloud()
  await ec2.createKeyPair(key)
  await ec2.createLaunchTemplate({
    LaunchTemplateName: 'one',
    LaunchTemplateData: {
      ImageId: cloud.sourceImageId,
      InstanceType: 'm5.large',
      KeyName: key.KeyName,
      TagSpecifications: [{ResourceType: 'instance', Tags: [{Key: 'bake', Value: '1'}]}]
    }
  })
  const id = await launch(ec2, cloud, {LaunchTemplate: {LaunchTemplateName: 'one'}, InstanceType: 't3.large'})
  expect(await describeOne(ec2, id)).toMatchObject({
    InstanceType: 't3.large',
    KeyName: key.KeyName,
    Tags: expect.arrayContaining([{Key: 'bake', Value: '1'}])
  })
})

it('names the launch templates that use an image', async () => {
  const {ec2, cloud} = await startTestCloud()
  const ImageId = cloud.sourceImageId
  const {LaunchTemplate} = await ec2.createLaunchTemplate({LaunchTemplateName: 'one', LaunchTemplateData: {ImageId}})
  const {ImageReferences} = await ec2.describeImageReferences({ImageIds: [ImageId], IncludeAllResourceTypes: true})
  const Arn = `arn:aws:ec2:us-east-1:${cloud.accountId}:launch-template/${LaunchTemplate?.LaunchTemplateId}`
  expect(ImageReferences).toEqual([{ImageId, ResourceType: 'ec2:LaunchTemplate', Arn}])
})
