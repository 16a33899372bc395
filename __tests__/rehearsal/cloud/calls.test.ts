import {expect, it} from '@jest/globals'
import {callerOf, type Call} from '../../../rehearsal/cloud/calls.ts'
import {awsError, describeOne, launch, startTestCloud} from './test-cloud.ts'

it.each([
  ['aws-sdk-js/3.1169.0 ua/2.1 os/linux lang/js md/nodejs#24.19.0 api/ec2#3.1169.0', 'action'],
  ['bake-jenkins-ami', 'action'],
  ['actions/oidc-client', 'action'],
  ['node', 'action'],
  [
    'APN/1.0 HashiCorp/1.0 Packer/1.16.0 (+https://www.packer.io/) aws-sdk-go-v2/1.36.3 os/linux api/ec2#1.210.0',
    'packer'
  ],
  ['aws-sdk-go/1.36.5 (go1.15; linux; amd64) APN/1.0 HashiCorp/1.0 Packer/1.6.6', 'packer'],
  ['Boto3/1.42.0 md/Botocore#1.42.0', 'other'],
  ['aws-sdk-js/3.1000.0 ua/2.1 rehearsal-bystander', 'other'],
  [undefined, 'other']
])('knows the caller by %s', (userAgent, by) => {
  expect(callerOf(userAgent)).toBe(by)
})

it('records every call in the order of arrival, with its answer', async () => {
  const {ec2, sts, cloud} = await startTestCloud()
  await sts.getCallerIdentity({})
  await ec2.describeVpcs({})
  await expect(ec2.describeInstances({InstanceIds: ['i-x']})).rejects.toBeDefined()
  await ec2.describeInstances({})
  expect(cloud.calls).toEqual([
    {n: 1, service: 'sts', action: 'GetCallerIdentity', nth: 1, by: 'action', status: 200},
    {n: 2, service: 'ec2', action: 'DescribeVpcs', nth: 1, by: 'action', status: 200},
    {
      n: 3,
      service: 'ec2',
      action: 'DescribeInstances',
      nth: 1,
      by: 'action',
      status: 400,
      errorCode: 'InvalidInstanceID.Malformed'
    },
    {n: 4, service: 'ec2', action: 'DescribeInstances', nth: 2, by: 'action', status: 200}
  ])
})

it('does nothing for a call before it has been told of its arrival', async () => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => void (release = resolve))
  let arrived = (_call: Call): void => {}
  const arrival = new Promise<Call>((resolve) => void (arrived = resolve))
  const {ec2, cloud} = await startTestCloud({
    onArrival: async (call) => {
      if (call.action !== 'RunInstances') return
      arrived({...call})
      await held
    }
  })
  const launched = launch(ec2, cloud)
  expect(await arrival).toMatchObject({action: 'RunInstances', nth: 1, status: 0})
  expect(cloud.leftovers()).toEqual([])
  release()
  await launched
  expect(cloud.leftovers().map(({type}) => type)).toEqual(['instance', 'volume'])
})

it("records the requests to a machine's Jenkins as probes, and waits for whoever wants to know", async () => {
  const seen: string[] = []
  const {ec2, cloud, driver} = await startTestCloud({onArrival: ({action}) => void seen.push(action)})
  const id = await launch(ec2, cloud)
  await describeOne(ec2, id)
  await driver.onProbe?.(id)
  expect(cloud.calls.at(-1)).toMatchObject({service: 'probe', action: 'Probe', nth: 1, status: 0})
  expect(seen.at(-1)).toBe('Probe')
})

it('carries a call out though the caller is gone', async () => {
  const caller = new AbortController()
  const {ec2, cloud} = await startTestCloud({
    onArrival: ({action}) => {
      if (action === 'CreateSecurityGroup') caller.abort()
    }
  })
  const request = {GroupName: 'g', Description: 'd'}
  await expect(ec2.createSecurityGroup(request, {abortSignal: caller.signal})).rejects.toBeDefined()
  const {SecurityGroups} = await ec2.describeSecurityGroups({GroupNames: ['g']})
  expect(SecurityGroups).toHaveLength(1)
  expect(cloud.leftovers()).toMatchObject([{type: 'security-group'}])
})

it('says of an action that it is unknown, or only not offered here', async () => {
  const {ec2} = await startTestCloud()
  await expect(ec2.describeAddresses({})).rejects.toMatchObject({
    ...awsError('InvalidAction'),
    message: "The rehearsal's local cloud does not offer the action DescribeAddresses. AWS does."
  })
})
