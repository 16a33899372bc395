import type {EC2, ResourceType} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import type {AuthorizationRequest} from '../../../../rehearsal/cloud/auth/authorize.ts'
import {awsError, describeOne, launch, startTestCloud, type TestCloud} from '../test-cloud.ts'

const tagged = (...types: ResourceType[]) => ({
  TagSpecifications: types.map((ResourceType) => ({ResourceType, Tags: [{Key: 'bake', Value: '1'}]}))
})

interface Things {
  readonly source: string
  readonly instance: string
  readonly image: string
  readonly volume: string
  readonly group: string
}

/** Each call that makes something, or tags it, as a preflight would make it. */
const creates: Readonly<Record<string, (ec2: EC2, things: Things, DryRun?: boolean) => Promise<unknown>>> = {
  RunInstances: (ec2, {source}, DryRun) =>
    ec2.runInstances({
      ImageId: source,
      InstanceType: 't3.medium',
      MinCount: 1,
      MaxCount: 1,
      DryRun,
      ...tagged('instance', 'volume', 'network-interface')
    }),
  CreateKeyPair: (ec2, _things, DryRun) =>
    ec2.createKeyPair({KeyName: 'new', KeyType: 'ed25519', DryRun, ...tagged('key-pair')}),
  CreateSecurityGroup: (ec2, _things, DryRun) =>
    ec2.createSecurityGroup({GroupName: 'new', Description: 'd', DryRun, ...tagged('security-group')}),
  AuthorizeSecurityGroupIngress: (ec2, {group}, DryRun) => {
    const IpPermissions = [{IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{CidrIp: '127.0.0.1/32'}]}]
    return ec2.authorizeSecurityGroupIngress({GroupId: group, IpPermissions, DryRun, ...tagged('security-group-rule')})
  },
  CreateImage: (ec2, {instance}, DryRun) =>
    ec2.createImage({InstanceId: instance, Name: 'new', DryRun, ...tagged('image', 'snapshot')}),
  CopyImage: (ec2, {image}, DryRun) =>
    ec2.copyImage({
      SourceImageId: image,
      SourceRegion: 'us-east-1',
      Name: 'copy',
      DryRun,
      ...tagged('image', 'snapshot')
    }),
  CreateSnapshot: (ec2, {volume}, DryRun) => ec2.createSnapshot({VolumeId: volume, DryRun, ...tagged('snapshot')}),
  CreateVolume: (ec2, _things, DryRun) =>
    ec2.createVolume({AvailabilityZone: 'us-east-1a', Size: 1, DryRun, ...tagged('volume')}),
  CreateLaunchTemplate: (ec2, {source: ImageId}, DryRun) =>
    ec2.createLaunchTemplate({
      LaunchTemplateName: 'new',
      LaunchTemplateData: {ImageId},
      DryRun,
      ...tagged('launch-template')
    }),
  CreateFleet: (ec2, _things, DryRun) =>
    ec2.createFleet({
      LaunchTemplateConfigs: [{LaunchTemplateSpecification: {LaunchTemplateName: 'spot', Version: '1'}}],
      TargetCapacitySpecification: {TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot'},
      Type: 'instant',
      DryRun,
      ...tagged('fleet')
    }),
  CreateTags: (ec2, {instance}, DryRun) =>
    ec2.createTags({Resources: [instance], Tags: [{Key: 'bake', Value: '1'}], DryRun})
}

async function furnished({ec2, cloud}: TestCloud): Promise<Things> {
  const source = cloud.sourceImageId
  const instance = await launch(ec2, cloud)
  await describeOne(ec2, instance)
  const {ImageId: image = ''} = await ec2.createImage({InstanceId: instance, Name: 'image'})
  await describeOne(ec2, instance)
  const {Volumes} = await ec2.describeVolumes({})
  const {GroupId: group = ''} = await ec2.createSecurityGroup({GroupName: 'group', Description: 'd'})
  await ec2.createLaunchTemplate({
    LaunchTemplateName: 'spot',
    LaunchTemplateData: {ImageId: source, InstanceType: 't3.medium'}
  })
  return {source, instance, image, volume: Volumes?.[0]?.VolumeId ?? '', group}
}

it.each(Object.entries(creates))(
  '%s: a dry run is judged as the call itself is, and makes nothing',
  async (name, create) => {
    const asked: AuthorizationRequest[] = []
    let allowed = true
    const test = await startTestCloud({
      authorize: (request) => {
        asked.push(request)
        return allowed ? {allowed} : {allowed, resource: '*', because: 'because no policy allows it'}
      }
    })
    const things = await furnished(test)
    const before = test.cloud.leftovers()
    const questionsOf = async (call: () => Promise<unknown>): Promise<AuthorizationRequest[]> => {
      asked.length = 0
      await call()
      return [...asked]
    }
    const dry = await questionsOf(() =>
      expect(create(test.ec2, things, true)).rejects.toMatchObject(awsError('DryRunOperation', 412))
    )
    expect(test.cloud.leftovers()).toEqual(before)
    allowed = false
    await expect(create(test.ec2, things, true)).rejects.toMatchObject(awsError('UnauthorizedOperation', 403))
    allowed = true
    // A fleet's launches are judged when they are tried.
    const own = ({action}: AuthorizationRequest): boolean => name === 'RunInstances' || action !== 'ec2:RunInstances'
    const real = (await questionsOf(() => create(test.ec2, things))).filter(own)
    expect(dry).toEqual(real)
    expect(JSON.stringify(dry)).toContain('"aws:RequestTag/bake":"1"')
  }
)
