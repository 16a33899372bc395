import {expect, it} from '@jest/globals'
import {awsError, startTestCloud} from '../test-cloud.ts'

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
