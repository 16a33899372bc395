import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud, type TestCloud} from '../test-cloud.ts'

async function spotInstance({ec2, cloud}: TestCloud): Promise<{id: string; request: string}> {
  const id = await launch(ec2, cloud, {InstanceMarketOptions: {MarketType: 'spot'}})
  return {id, request: (await describeOne(ec2, id))?.SpotInstanceRequestId ?? ''}
}

async function requestOf({ec2}: TestCloud, id: string) {
  const {SpotInstanceRequests} = await ec2.describeSpotInstanceRequests({SpotInstanceRequestIds: [id]})
  return SpotInstanceRequests?.[0]
}

it('closes a request when its instance is ended', async () => {
  const test = await startTestCloud()
  const {id, request} = await spotInstance(test)
  expect(await requestOf(test, request)).toMatchObject({InstanceId: id, State: 'active', Status: {Code: 'fulfilled'}})
  await test.ec2.terminateInstances({InstanceIds: [id]})
  expect(await requestOf(test, request)).toMatchObject({
    State: 'closed',
    Status: {Code: 'instance-terminated-by-user'}
  })
})

it('cancels a request, and leaves its instance alone', async () => {
  const test = await startTestCloud()
  const {id, request} = await spotInstance(test)
  const {CancelledSpotInstanceRequests} = await test.ec2.cancelSpotInstanceRequests({SpotInstanceRequestIds: [request]})
  expect(CancelledSpotInstanceRequests).toEqual([{SpotInstanceRequestId: request, State: 'cancelled'}])
  expect(await requestOf(test, request)).toMatchObject({
    State: 'cancelled',
    Status: {Code: 'request-canceled-and-instance-running'}
  })
  expect((await describeOne(test.ec2, id))?.State?.Name).toBe('running')
  expect(test.cloud.leftovers().map(({type}) => type)).toEqual(['instance', 'volume'])
})

it('does not know other requests', async () => {
  const {ec2} = await startTestCloud()
  await expect(ec2.cancelSpotInstanceRequests({SpotInstanceRequestIds: ['sir-abcd1234']})).rejects.toMatchObject(
    awsError('InvalidSpotInstanceRequestID.NotFound')
  )
  await expect(ec2.describeSpotInstanceRequests({SpotInstanceRequestIds: ['sir-1']})).rejects.toMatchObject(
    awsError('InvalidSpotInstanceRequestID.Malformed')
  )
})

it('can be tagged later, as Packer does', async () => {
  const test = await startTestCloud()
  const {request} = await spotInstance(test)
  await test.ec2.createTags({Resources: [request], Tags: [{Key: 'bake', Value: '1'}]})
  const Filters = [{Name: 'tag:bake', Values: ['1']}]
  const {SpotInstanceRequests} = await test.ec2.describeSpotInstanceRequests({Filters})
  expect(SpotInstanceRequests).toMatchObject([{SpotInstanceRequestId: request}])
})

it('does not stop a spot instance; one that powers itself off is ended', async () => {
  const test = await startTestCloud()
  const {id} = await spotInstance(test)
  await expect(test.ec2.stopInstances({InstanceIds: [id]})).rejects.toMatchObject(awsError('UnsupportedOperation'))
  test.driver.machines[0]?.powerOff()
  await describeOne(test.ec2, id)
  expect((await describeOne(test.ec2, id))?.State?.Name).toBe('terminated')
})

it('reboots a spot instance for its image, since it cannot be stopped before', async () => {
  const test = await startTestCloud()
  const {id} = await spotInstance(test)
  const {ImageId = ''} = await test.ec2.createImage({InstanceId: id, Name: 'image'})
  await describeOne(test.ec2, id)
  const {Images} = await test.ec2.describeImages({ImageIds: [ImageId]})
  expect(Images).toMatchObject([{State: 'available'}])
  expect(test.driver.machines[0]?.done).toEqual(['stop', 'capture while off', 'start'])
})
