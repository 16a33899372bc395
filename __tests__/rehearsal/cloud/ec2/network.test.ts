import {expect, it} from '@jest/globals'
import {planNetwork, subnetIdIn} from '../../../../rehearsal/cloud/ec2/state/network-plan.ts'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

it('has a default VPC with a subnet in each of three zones', async () => {
  const {ec2} = await startTestCloud({region: 'ap-northeast-1'})
  const {Vpcs} = await ec2.describeVpcs({Filters: [{Name: 'is-default', Values: ['true']}]})
  expect(Vpcs).toHaveLength(1)
  const {Subnets} = await ec2.describeSubnets({Filters: [{Name: 'vpc-id', Values: [Vpcs?.[0]?.VpcId ?? '']}]})
  expect(Subnets?.map(({AvailabilityZone}) => AvailabilityZone)).toEqual(
    ['a', 'b', 'c'].map((z) => `ap-northeast-1${z}`)
  )
  expect(Subnets?.[0]).toMatchObject({AvailabilityZoneId: 'apne1-az1', DefaultForAz: true, MapPublicIpOnLaunch: true})
  const {AvailabilityZones} = await ec2.describeAvailabilityZones({ZoneNames: ['ap-northeast-1b']})
  expect(AvailabilityZones).toMatchObject([{ZoneId: 'apne1-az2', State: 'available'}])
})

it('finds the VPC and a subnet by tags that they were given', async () => {
  const {ec2} = await startTestCloud()
  const {Vpcs: [vpc] = []} = await ec2.describeVpcs({})
  const {Subnets: [subnet] = []} = await ec2.describeSubnets({})
  const ids = [vpc?.VpcId ?? '', subnet?.SubnetId ?? '']
  await ec2.createTags({Resources: ids, Tags: [{Key: 'Name', Value: 'golden-images'}]})
  const Filters = [{Name: 'tag:Name', Values: ['golden-*']}]
  expect((await ec2.describeVpcs({Filters})).Vpcs).toHaveLength(1)
  expect((await ec2.describeSubnets({Filters})).Subnets?.map(({SubnetId}) => SubnetId)).toEqual([subnet?.SubnetId])
})

it('knows the regions, and refuses others', async () => {
  const {ec2} = await startTestCloud()
  const {Regions} = await ec2.describeRegions({RegionNames: ['eu-west-1']})
  expect(Regions).toMatchObject([{RegionName: 'eu-west-1', OptInStatus: 'opt-in-not-required'}])
  await expect(ec2.describeRegions({RegionNames: ['mars-1']})).rejects.toMatchObject(awsError('InvalidParameterValue'))
})

it('describes instance types and where they are offered', async () => {
  const {ec2} = await startTestCloud()
  const {InstanceTypes} = await ec2.describeInstanceTypes({InstanceTypes: ['t4g.medium']})
  expect(InstanceTypes).toMatchObject([
    {Hypervisor: 'nitro', MemoryInfo: {SizeInMiB: 4096}, ProcessorInfo: {SupportedArchitectures: ['arm64']}}
  ])
  const {InstanceTypeOfferings} = await ec2.describeInstanceTypeOfferings({
    LocationType: 'availability-zone',
    Filters: [{Name: 'instance-type', Values: ['t4g.medium']}]
  })
  expect(InstanceTypeOfferings?.map(({Location}) => Location)).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c'])
})

it('names its subnets after their zones, so that inputs can name them beforehand, and gives the VPC the machines’ range', async () => {
  expect([...planNetwork('us-east-1').subnets.keys()]).toEqual(
    ['us-east-1a', 'us-east-1b', 'us-east-1c'].map(subnetIdIn)
  )
  expect(subnetIdIn('us-east-1a')).toMatch(/^subnet-[0-9a-f]{17}$/)
  const {vpcCidr, subnets} = planNetwork('us-east-1', '10.93.4.0/24')
  expect(vpcCidr).toBe('10.93.4.0/24')
  expect([...subnets.values()].map(({cidr}) => cidr)).toEqual(['10.93.4.0/26', '10.93.4.64/26', '10.93.4.128/26'])
})

it('gives a machine no public address where its interface wants none', async () => {
  const {ec2, cloud} = await startTestCloud()
  const [SubnetId] = planNetwork(cloud.region).subnets.keys()
  const id = await launch(ec2, cloud, {
    NetworkInterfaces: [{DeviceIndex: 0, SubnetId, AssociatePublicIpAddress: false}]
  })
  const instance = await describeOne(ec2, id)
  expect(instance).toMatchObject({SubnetId, PrivateIpAddress: expect.any(String)})
  expect(instance?.PublicIpAddress).toBeUndefined()
})
