import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {EC2Client, type DescribeSecurityGroupsResult} from '@aws-sdk/client-ec2'
import {beforeEach, expect, it} from '@jest/globals'
import {subnetIdIn} from '../../../rehearsal/cloud/ec2/state/network-plan.ts'
import {parseFault} from '../../../rehearsal/cloud/faults/fault.ts'
import {openLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import {tagKeys} from '../../../src/aws/tags.ts'
import type {Reach} from '../../../src/aws/connectivity.ts'
import {readEvidence} from '../../../src/smoke/evidence.ts'
import {launch} from '../../../src/smoke/launch.ts'
import {describeOne, launch as launchOther, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {ignoringFilters} from '../../helpers/ignoring-filters.ts'
import {recordingLog} from '../../helpers/recording-log.ts'

const never = new AbortController().signal
let ledger: Ledger
beforeEach(() => {
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'launch-')))
})

const request = (imageId: string, reach: Partial<Reach> = {}) => ({
  bakeId: 'ours',
  imageId,
  name: 'smoke',
  instanceTypes: ['t3.medium'],
  reach: {
    via: 'public-ip' as Reach['via'],
    cidrs: ['203.0.113.7/32', '198.51.100.0/24'],
    subnetIds: [],
    doubtful: false,
    ...reach
  },
  userData: '#!/bin/sh\necho é',
  tags: {[tagKeys.bake]: 'ours'}
})

it('launches what promotion will demand, and opens port 8080 to the given ranges alone', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const {id, address} = await launch(ec2, request(cloud.sourceImageId), ledger, recordingLog(), never)

  const instance = await describeOne(ec2, id)
  expect(instance).toMatchObject({
    PublicIpAddress: address,
    MetadataOptions: {HttpTokens: 'required', HttpPutResponseHopLimit: 2},
    Tags: [{Key: tagKeys.bake, Value: 'ours'}]
  })
  expect(driver.machines[0]?.spec.userData).toBe('#!/bin/sh\necho é')
  const groups = (instance?.SecurityGroups ?? []).flatMap(({GroupId}) => GroupId ?? [])
  const {SecurityGroups = []} = await ec2.describeSecurityGroups({GroupIds: groups})
  expect(SecurityGroups.flatMap(({IpPermissions}) => IpPermissions ?? [])).toEqual([
    expect.objectContaining({
      FromPort: 8080,
      ToPort: 8080,
      IpProtocol: 'tcp',
      IpRanges: [{CidrIp: '203.0.113.7/32'}, {CidrIp: '198.51.100.0/24'}]
    })
  ])
  expect(ledger.hasOpenIntents).toBe(false)
  expect(ledger.resources.map(({type}) => type)).toEqual(['security-group', 'instance'])
})

it('closes an intent that AWS refused', async () => {
  const {ec2, cloud} = await startTestCloud({faults: [parseFault('RunInstances=denied')]})
  await expect(launch(ec2, request(cloud.sourceImageId), ledger, recordingLog(), never)).rejects.toThrow(
    /not authorized/
  )
  expect(ledger.hasOpenIntents).toBe(false)
})

it('leaves an intent open when nobody knows what became of it', async () => {
  const {ec2, cloud} = await startTestCloud({
    onArrival: ({action}) => {
      if (action === 'RunInstances') throw new Error('the connection breaks')
    }
  })
  const failing = launch(ec2, request(cloud.sourceImageId), ledger, recordingLog(), never)
  await expect(failing).rejects.toThrow(/internal error/)
  expect(ledger.hasOpenIntents).toBe(true)
})

it('takes a group and a rule that are there already for its own, whose answers were lost', async () => {
  const {ec2, cloud} = await startTestCloud({
    faults: ['CreateSecurityGroup=reset-after', 'AuthorizeSecurityGroupIngress=reset-after'].map(parseFault)
  })
  const {endpoint, region, administrator: credentials} = cloud
  const patient = new EC2Client({endpoint, region, credentials, maxAttempts: 2})
  const {id} = await launch(patient, request(cloud.sourceImageId), ledger, recordingLog(), never)
  patient.destroy()
  expect((await describeOne(ec2, id))?.SecurityGroups).toHaveLength(1)
})

it('takes neither a group nor a machine of others for its own where the answer has more than was asked for', async () => {
  const {ec2, cloud} = await startTestCloud({faults: [parseFault('CreateSecurityGroup=reset-after')]})
  await launchOther(ec2, cloud)
  const {SecurityGroups: foreign = []} = await ec2.describeSecurityGroups()
  expect(foreign).not.toEqual([])
  const {endpoint, region, administrator: credentials} = cloud
  const patient = new EC2Client({endpoint, region, credentials, maxAttempts: 2})
  ignoringFilters(patient)
  const {id, address} = await launch(patient, request(cloud.sourceImageId), ledger, recordingLog(), never)
  patient.destroy()
  const instance = await describeOne(ec2, id)
  expect(instance).toMatchObject({
    PublicIpAddress: address,
    SecurityGroups: [{GroupName: 'bake-jenkins-ami-smoke-ours'}]
  })
  expect(ledger.resources).toMatchObject([
    {type: 'security-group', id: instance?.SecurityGroups?.[0]?.GroupId},
    {type: 'instance', id}
  ])
  const {SecurityGroups: after = []} = await ec2.describeSecurityGroups()
  expect(after).toEqual(expect.arrayContaining(foreign))
})

it('takes no group of the same name in another VPC for its own', async () => {
  const {ec2, cloud} = await startTestCloud({faults: [parseFault('CreateSecurityGroup=reset-after')]})
  const {Subnets: [subnet] = []} = await ec2.describeSubnets({SubnetIds: [subnetIdIn('us-east-1a')]})
  const {endpoint, region, administrator: credentials} = cloud
  const patient = new EC2Client({endpoint, region, credentials, maxAttempts: 2})
  // The local cloud has one VPC.
  patient.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args)
      const {SecurityGroups} = answer.output as DescribeSecurityGroupsResult
      SecurityGroups?.unshift({...SecurityGroups[0], GroupId: 'sg-0123456789abcdef0', VpcId: 'vpc-0123456789abcdef0'})
      return answer
    },
    {step: 'initialize'}
  )
  const reach = {subnetIds: [subnet?.SubnetId ?? ''], vpcId: subnet?.VpcId ?? ''}
  const {id} = await launch(patient, request(cloud.sourceImageId, reach), ledger, recordingLog(), never)
  patient.destroy()
  expect((await describeOne(ec2, id))?.SecurityGroups).toEqual([
    {GroupId: expect.not.stringContaining('sg-0123456789abcdef0'), GroupName: 'bake-jenkins-ami-smoke-ours'}
  ])
})

it('launches again when AWS does not know the new group yet', async () => {
  const {ec2, cloud} = await startTestCloud({faults: [parseFault('CreateSecurityGroup=not-found')]})
  expect(await launch(ec2, request(cloud.sourceImageId), ledger, recordingLog(), never)).toMatchObject({
    id: expect.stringMatching(/^i-/)
  })
})

it('makes nothing once it is cancelled', async () => {
  const {ec2, cloud} = await startTestCloud()
  const cancelled = AbortSignal.abort(new Error('cancelled'))
  await expect(launch(ec2, request(cloud.sourceImageId), ledger, recordingLog(), cancelled)).rejects.toThrow(
    'cancelled'
  )
  expect(cloud.calls).toEqual([])
})

it('fetches the console of a machine, and says so when there is none', async () => {
  const {ec2, cloud} = await startTestCloud()
  const {id} = await launch(ec2, request(cloud.sourceImageId), ledger, recordingLog(), never)
  expect((await readEvidence(ec2, id, never)).text).toContain(`console of ${id}`)
  expect((await readEvidence(ec2, 'i-0123456789abcdef0', never)).text).toMatch(
    /^\(the console output could not be fetched: .*\)$/
  )
})

const subnets = ['us-east-1a', 'us-east-1b'].map(subnetIdIn)

it('launches in a named subnet and its VPC without a public address, and is reached at its private one', async () => {
  const {ec2, cloud} = await startTestCloud({shortages: {defaultVpc: false}})
  const {Subnets: [subnet] = []} = await ec2.describeSubnets({SubnetIds: subnets.slice(0, 1)})
  const reach = {via: 'private-ip' as const, subnetIds: subnets, vpcId: subnet?.VpcId ?? ''}
  const {id, address} = await launch(ec2, request(cloud.sourceImageId, reach), ledger, recordingLog(), never)
  const instance = await describeOne(ec2, id)
  expect(instance).toMatchObject({SubnetId: subnets[0], VpcId: subnet?.VpcId, PrivateIpAddress: address})
  expect(instance?.PublicIpAddress).toBeUndefined()
})

it('goes on to the next subnet when there is no capacity, each try a launch of its own', async () => {
  const {ec2, cloud} = await startTestCloud({
    shortages: {noCapacity: [{instanceType: 't3.medium', zone: 'us-east-1a'}]}
  })
  const log = recordingLog()
  const {id} = await launch(ec2, request(cloud.sourceImageId, {subnetIds: subnets}), ledger, log, never)
  expect((await describeOne(ec2, id))?.SubnetId).toBe(subnets[1])
  expect(log.lines[0]).toMatch(/^warning: No capacity for t3\.medium in /)
})

it('goes on to the next subnet when AWS ends the machine for want of capacity while it starts', async () => {
  const {ec2, cloud} = await startTestCloud({
    shortages: {noCapacityAtStart: [{instanceType: 't3.medium', zone: 'us-east-1a'}]}
  })
  const log = recordingLog()
  const {id} = await launch(ec2, request(cloud.sourceImageId, {subnetIds: subnets}), ledger, log, never)
  expect((await describeOne(ec2, id))?.SubnetId).toBe(subnets[1])
  expect(log.lines).toContainEqual(
    expect.stringMatching(/^warning: No capacity for t3\.medium in .*Insufficient capacity/)
  )
  // Both are in the ledger: the sweep makes sure of the one that ended.
  expect(ledger.resources.filter(({type}) => type === 'instance')).toHaveLength(2)
})

it('says why a machine ended while it started, and what helps', async () => {
  const {ec2, cloud} = await startTestCloud({shortages: {noCapacityAtStart: [{instanceType: 't3.medium'}]}})
  await expect(launch(ec2, request(cloud.sourceImageId), ledger, recordingLog(), never)).rejects.toMatchObject({
    id: 'no-capacity',
    message: expect.stringMatching(
      /^The smoke instance ended while it started .*Insufficient capacity.*'instance-types'/
    )
  })
})

it('opens no port where nobody is to be let in', async () => {
  const {ec2, cloud} = await startTestCloud()
  const reach = {via: 'session-manager' as const, cidrs: []}
  await launch(ec2, request(cloud.sourceImageId, reach), ledger, recordingLog(), never)
  expect(cloud.calls.map(({action}) => action)).not.toContain('AuthorizeSecurityGroupIngress')
})
