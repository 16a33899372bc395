import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

it('refuses launches beyond the limit of virtual processors, until an instance has ended', async () => {
  const {ec2, cloud} = await startTestCloud({shortages: {vcpus: 3}})
  const first = await launch(ec2, cloud)
  await expect(launch(ec2, cloud)).rejects.toMatchObject({
    ...awsError('VcpuLimitExceeded'),
    message: expect.stringContaining('vCPU limit of 3')
  })
  await expect(launch(ec2, cloud, {InstanceMarketOptions: {MarketType: 'spot'}})).rejects.toMatchObject(
    awsError('MaxSpotInstanceCountExceeded')
  )
  await ec2.terminateInstances({InstanceIds: [first]})
  await describeOne(ec2, first)
  await expect(launch(ec2, cloud)).resolves.toMatch(/^i-/)
})

it('without a default VPC, groups and launches must name theirs', async () => {
  const {ec2, cloud} = await startTestCloud({shortages: {defaultVpc: false}})
  const refused = {
    ...awsError('VPCIdNotSpecified'),
    message: expect.stringContaining('No default VPC for this user')
  }
  await expect(launch(ec2, cloud)).rejects.toMatchObject(refused)
  const group = {GroupName: 'group', Description: 'd'}
  await expect(ec2.createSecurityGroup(group)).rejects.toMatchObject(refused)
  const {Vpcs} = await ec2.describeVpcs({})
  expect(Vpcs).toMatchObject([{IsDefault: false}])
  const {Subnets} = await ec2.describeSubnets({})
  await expect(ec2.createSecurityGroup({...group, VpcId: Vpcs?.[0]?.VpcId})).resolves.toBeDefined()
  await expect(launch(ec2, cloud, {SubnetId: Subnets?.[0]?.SubnetId})).resolves.toMatch(/^i-/)
})

it('does not launch a type in a zone that does not offer it, and chooses another where it may', async () => {
  const missing = {instanceType: 't3.medium', zone: 'us-east-1a'}
  const {ec2, cloud} = await startTestCloud({shortages: {notOffered: [missing]}})
  await expect(launch(ec2, cloud, {Placement: {AvailabilityZone: missing.zone}})).rejects.toMatchObject(
    awsError('Unsupported')
  )
  const id = await launch(ec2, cloud)
  expect((await describeOne(ec2, id))?.Placement?.AvailabilityZone).toBe('us-east-1b')
  const Filters = [{Name: 'instance-type', Values: [missing.instanceType]}]
  const offered = async (LocationType: 'availability-zone' | 'region') =>
    (await ec2.describeInstanceTypeOfferings({Filters, LocationType})).InstanceTypeOfferings?.map((o) => o.Location)
  expect(await offered('availability-zone')).toEqual(['us-east-1b', 'us-east-1c'])
  expect(await offered('region')).toEqual(['us-east-1'])
})

it('runs out of a type in a zone, or everywhere', async () => {
  const shortages = {noCapacity: [{instanceType: 't3.medium', zone: 'us-east-1a'}, {instanceType: 'm5.large'}]}
  const {ec2, cloud} = await startTestCloud({shortages})
  const refused = awsError('InsufficientInstanceCapacity', 500)
  await expect(launch(ec2, cloud, {Placement: {AvailabilityZone: 'us-east-1a'}})).rejects.toMatchObject(refused)
  await expect(launch(ec2, cloud, {InstanceType: 'm5.large'})).rejects.toMatchObject(refused)
  await expect(launch(ec2, cloud)).resolves.toMatch(/^i-/)
  expect(cloud.leftovers()).toHaveLength(2)
})

it('has no free address in a subnet', async () => {
  const {ec2, cloud} = await startTestCloud({shortages: {fullSubnets: ['us-east-1a']}})
  await expect(launch(ec2, cloud, {Placement: {AvailabilityZone: 'us-east-1a'}})).rejects.toMatchObject(
    awsError('InsufficientFreeAddressesInSubnet')
  )
  await expect(launch(ec2, cloud, {Placement: {AvailabilityZone: 'us-east-1b'}})).resolves.toMatch(/^i-/)
})

it('finds out while an instance starts that there is no room for it', async () => {
  const {ec2, cloud} = await startTestCloud({shortages: {noCapacityAtStart: [{instanceType: 't3.medium'}]}})
  const id = await launch(ec2, cloud)
  await describeOne(ec2, id)
  expect(await describeOne(ec2, id)).toMatchObject({
    State: {Name: 'terminated'},
    StateReason: {Code: 'Server.InsufficientInstanceCapacity'}
  })
  expect(cloud.leftovers()).toEqual([])
})

it('launches for an account on the free plan what that takes, and says what it is', async () => {
  const {ec2, cloud} = await startTestCloud({shortages: {freePlan: true}})
  await expect(launch(ec2, cloud)).rejects.toMatchObject({
    ...awsError('InvalidParameterCombination'),
    message: expect.stringContaining('not eligible for Free Tier')
  })
  const {InstanceTypes = []} = await ec2.describeInstanceTypes({
    Filters: [{Name: 'free-tier-eligible', Values: ['true']}]
  })
  expect(InstanceTypes.map(({InstanceType}) => InstanceType)).toContain('m7i-flex.large')
  await expect(launch(ec2, cloud, {InstanceType: 'm7i-flex.large'})).resolves.toMatch(/^i-/)
})

it('takes a credit specification for burstable types alone', async () => {
  const {ec2, cloud} = await startTestCloud()
  const CreditSpecification = {CpuCredits: 'unlimited'}
  const ids = [
    await launch(ec2, cloud, {CreditSpecification: {CpuCredits: 'standard'}}),
    await launch(ec2, cloud),
    await launch(ec2, cloud, {CreditSpecification, InstanceType: 't2.medium'}),
    await launch(ec2, cloud, {InstanceType: 't2.medium'}),
    await launch(ec2, cloud, {InstanceType: 'm5.large'})
  ]
  const {InstanceCreditSpecifications = []} = await ec2.describeInstanceCreditSpecifications({})
  expect(ids.map((id) => InstanceCreditSpecifications.find(({InstanceId}) => InstanceId === id)?.CpuCredits)).toEqual([
    'standard',
    'unlimited',
    'unlimited',
    'standard',
    undefined
  ])
  await expect(launch(ec2, cloud, {CreditSpecification, InstanceType: 'm5.large'})).rejects.toMatchObject(
    awsError('InvalidParameterCombination')
  )
})
