import {expect, it} from '@jest/globals'
import {parseFault} from '../../../rehearsal/cloud/faults/fault.ts'
import {launch, startTestCloud} from './test-cloud.ts'

it('counts neither the calls nor the things of what an account is furnished with, and starts no machine', async () => {
  const arrived: string[] = []
  const {cloud, ec2, driver} = await startTestCloud({
    faults: [parseFault('RunInstances=denied')],
    onArrival: ({action}) => void arrived.push(action)
  })
  const other = await cloud.furnish(() => launch(ec2, cloud))
  expect({calls: cloud.calls, leftovers: cloud.leftovers(), machines: driver.machines.length, arrived}).toEqual({
    calls: [],
    leftovers: [],
    machines: 0,
    arrived: []
  })
  await expect(launch(ec2, cloud)).rejects.toMatchObject({name: 'UnauthorizedOperation'})
  const own = await launch(ec2, cloud)
  const {Reservations = []} = await ec2.describeInstances({InstanceIds: [other, own]})
  const states = Reservations.flatMap(({Instances = []}) => Instances).map(({State}) => State?.Name)
  expect(states).toEqual(['running', 'running'])
  expect(cloud.leftovers().filter(({type}) => type === 'instance')).toEqual([{type: 'instance', id: own}])
  expect(arrived).toEqual(['RunInstances', 'RunInstances', 'DescribeInstances'])
})

it('counts what was there before as before, also after it was furnished', async () => {
  const {cloud, ec2} = await startTestCloud()
  await ec2.createKeyPair({KeyName: 'own'})
  await cloud.furnish(async () => ec2.createKeyPair({KeyName: 'others'}))
  expect(cloud.leftovers()).toHaveLength(1)
})

it('has other faults befall calls from a moment on, which count them from there', async () => {
  const {cloud, ec2} = await startTestCloud({faults: [parseFault('DescribeVpcs=denied*')]})
  await expect(ec2.describeVpcs({})).rejects.toMatchObject({name: 'UnauthorizedOperation'})
  cloud.interfere({faults: [parseFault('DescribeVpcs#2=throttled')]})
  await ec2.describeVpcs({})
  await expect(ec2.describeVpcs({})).rejects.toMatchObject({name: 'RequestLimitExceeded'})
  cloud.interfere({})
  await ec2.describeVpcs({})
  expect(cloud.calls.map(({n}) => n)).toEqual([1, 2, 3, 4])
})
