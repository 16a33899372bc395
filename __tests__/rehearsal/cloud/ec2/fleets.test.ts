import type {CreateFleetCommandInput, EC2, RequestLaunchTemplateData, _InstanceType} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {awsError, describeOne, startTestCloud, type TestCloud} from '../test-cloud.ts'

/** The call that Packer makes, after it has made the template. */
async function fleetOf(ec2: EC2, types: readonly _InstanceType[] = ['t3.medium'], more: object = {}) {
  const input: CreateFleetCommandInput = {
    LaunchTemplateConfigs: [
      {
        LaunchTemplateSpecification: {LaunchTemplateName: 'packer', Version: '1'},
        Overrides: types.map((InstanceType) => ({InstanceType}))
      }
    ],
    ReplaceUnhealthyInstances: false,
    TargetCapacitySpecification: {TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot'},
    Type: 'instant',
    ...more
  }
  return ec2.createFleet(input)
}

async function template({ec2, cloud}: TestCloud, data: RequestLaunchTemplateData = {}): Promise<void> {
  await ec2.createLaunchTemplate({
    LaunchTemplateName: 'packer',
    LaunchTemplateData: {
      ImageId: cloud.sourceImageId,
      InstanceMarketOptions: {MarketType: 'spot', SpotOptions: {MaxPrice: '0.05'}},
      ...data
    }
  })
}

const tag = [{Key: 'bake', Value: '1'}]

it('launches a spot instance, with the tags of its template', async () => {
  const test = await startTestCloud()
  const {ec2} = test
  const TagSpecifications = (['instance', 'volume', 'network-interface', 'spot-instances-request'] as const).map(
    (ResourceType) => ({ResourceType, Tags: tag})
  )
  await template(test, {TagSpecifications})
  const fleet = await fleetOf(ec2)
  expect(fleet).toMatchObject({
    FleetId: expect.stringMatching(/^fleet-[0-9a-f-]{36}$/),
    Errors: [],
    Instances: [{Lifecycle: 'spot', InstanceType: 't3.medium', InstanceIds: [expect.stringMatching(/^i-/)]}]
  })
  const id = fleet.Instances?.[0]?.InstanceIds?.[0] ?? ''
  const instance = await describeOne(ec2, id)
  expect(instance).toMatchObject({
    InstanceLifecycle: 'spot',
    InstanceType: 't3.medium',
    Tags: expect.arrayContaining([...tag, {Key: 'aws:ec2launchtemplate:id', Value: expect.stringMatching(/^lt-/)}])
  })
  const {SpotInstanceRequests} = await ec2.describeSpotInstanceRequests({})
  expect(SpotInstanceRequests).toMatchObject([
    {
      SpotInstanceRequestId: instance?.SpotInstanceRequestId,
      InstanceId: id,
      SpotPrice: '0.05',
      State: 'active',
      Type: 'one-time',
      Tags: tag
    }
  ])
  const {Fleets} = await ec2.describeFleets({FleetIds: [fleet.FleetId ?? '']})
  expect(Fleets).toMatchObject([{Type: 'instant', FulfilledCapacity: 1, Instances: [{InstanceIds: [id]}]}])
  expect((await ec2.describeFleets({})).Fleets).toEqual([])
})

it('takes the smallest type, or the first where another strategy is asked for', async () => {
  const test = await startTestCloud()
  await template(test)
  const typeOf = async (more?: object) =>
    (await fleetOf(test.ec2, ['m5.xlarge', 'm5.large'], more)).Instances?.[0]?.InstanceType
  expect(await typeOf()).toBe('m5.large')
  expect(await typeOf({SpotOptions: {AllocationStrategy: 'capacity-optimized'}})).toBe('m5.xlarge')
})

it('goes on to the next type where one has no capacity, and says so', async () => {
  const test = await startTestCloud({shortages: {noCapacity: [{instanceType: 't3.medium'}]}})
  await template(test)
  expect(await fleetOf(test.ec2, ['t3.medium', 'm5.large'])).toMatchObject({
    Errors: [
      {ErrorCode: 'InsufficientInstanceCapacity', LaunchTemplateAndOverrides: {Overrides: {InstanceType: 't3.medium'}}}
    ],
    Instances: [{InstanceType: 'm5.large'}]
  })
})

it('answers 200 with errors where nothing can be launched', async () => {
  const test = await startTestCloud({
    authorize: ({action}) =>
      action === 'ec2:RunInstances' ? {allowed: false, resource: '*', because: 'because it may not'} : {allowed: true}
  })
  await template(test)
  expect(await fleetOf(test.ec2)).toMatchObject({
    Errors: [{Lifecycle: 'spot', ErrorCode: 'UnauthorizedOperation'}],
    Instances: []
  })
  expect(test.cloud.leftovers().map(({type}) => type)).toEqual(['launch-template'])
})

it('needs the permission for the fleet itself', async () => {
  const test = await startTestCloud({
    authorize: ({action}) =>
      action === 'ec2:CreateFleet' ? {allowed: false, resource: '*', because: 'because it may not'} : {allowed: true}
  })
  await template(test)
  await expect(fleetOf(test.ec2)).rejects.toMatchObject(awsError('UnauthorizedOperation', 403))
})

it('launches once for a client token', async () => {
  const test = await startTestCloud()
  await template(test)
  const [first, second] = [
    await fleetOf(test.ec2, ['t3.medium'], {ClientToken: 'one'}),
    await fleetOf(test.ec2, ['t3.medium'], {ClientToken: 'one'})
  ]
  expect(second.FleetId).toBe(first.FleetId)
  expect(test.driver.machines).toHaveLength(1)
})

it('says that it has no fleets that go on launching', async () => {
  const test = await startTestCloud()
  await template(test)
  await expect(fleetOf(test.ec2, ['t3.medium'], {Type: 'maintain'})).rejects.toMatchObject({
    ...awsError('UnsupportedOperation'),
    message: expect.stringContaining('AWS does')
  })
})
