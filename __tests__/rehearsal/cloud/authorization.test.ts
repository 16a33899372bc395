import {runSimulation} from '@cloud-copilot/iam-simulate'
import {expect, it} from '@jest/globals'
import type {AuthorizationRequest, AuthorizedResource} from '../../../rehearsal/cloud/auth/authorize.ts'
import {awsError, describeOne, launch, startTestCloud, type TestCloud} from './test-cloud.ts'

const tags = (
  type: 'instance' | 'volume' | 'network-interface' | 'image' | 'snapshot' | 'key-pair' | 'security-group'
) => ({
  ResourceType: type,
  Tags: [{Key: 'bake', Value: '1'}]
})

const ruleFor = (cidr: string) => [{IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{CidrIp: cidr}]}]

/** What a bake does, in short: everything is made with tags, and removed again. */
async function bake({ec2, cloud}: TestCloud): Promise<void> {
  await ec2.createKeyPair({KeyName: 'key', KeyType: 'ed25519', TagSpecifications: [tags('key-pair')]})
  const group = {GroupName: 'group', Description: 'd', TagSpecifications: [tags('security-group')]}
  const {GroupId = ''} = await ec2.createSecurityGroup(group)
  await ec2.authorizeSecurityGroupIngress({GroupId, IpPermissions: ruleFor('127.0.0.1/32')})
  const id = await launch(ec2, cloud, {
    KeyName: 'key',
    SecurityGroupIds: [GroupId],
    TagSpecifications: [tags('instance'), tags('volume'), tags('network-interface')]
  })
  await describeOne(ec2, id)
  await ec2.modifyInstanceAttribute({InstanceId: id, InstanceInitiatedShutdownBehavior: {Value: 'terminate'}})
  await ec2.getConsoleOutput({InstanceId: id})
  await ec2.stopInstances({InstanceIds: [id]})
  await describeOne(ec2, id)
  const specifications = [tags('image'), tags('snapshot')]
  const {ImageId = ''} = await ec2.createImage({InstanceId: id, Name: 'image', TagSpecifications: specifications})
  await describeOne(ec2, id)
  await ec2.createTags({Resources: [ImageId, id], Tags: [{Key: 'verified', Value: 'yes'}]})
  await ec2.deleteTags({Resources: [id], Tags: [{Key: 'verified'}]})
  await ec2.modifyImageAttribute({ImageId, Description: {Value: 'new'}})
  await ec2.enableImageDeprecation({ImageId, DeprecateAt: new Date(Date.now() + 86_400_000)})
  await ec2.copyImage({SourceImageId: ImageId, SourceRegion: cloud.region, Name: 'copy'})
  await ec2.deregisterImage({ImageId, DeleteAssociatedSnapshots: true})
  await ec2.terminateInstances({InstanceIds: [id]})
  await describeOne(ec2, id)
  await ec2.revokeSecurityGroupIngress({GroupId, IpPermissions: ruleFor('127.0.0.1/32')})
  await ec2.deleteSecurityGroup({GroupId})
  await ec2.deleteKeyPair({KeyName: 'key'})
}

it('asks about each resource of a launch, with the tags that it is to get', async () => {
  const asked: AuthorizationRequest[] = []
  const test = await startTestCloud({authorize: (request) => (asked.push(request), {allowed: true})})
  await launch(test.ec2, test.cloud, {TagSpecifications: [tags('instance')]})
  const {accountId, sourceImageId} = test.cloud
  const arn = (rest: string, owner = accountId) => `arn:aws:ec2:us-east-1:${owner}:${rest}`
  expect(asked.map(({action}) => action)).toEqual(['ec2:RunInstances', 'ec2:CreateTags'])
  expect(asked[0]?.resources.map((resource) => resource.arn)).toEqual([
    arn(`image/${sourceImageId}`, ''),
    arn('instance/*'),
    arn('network-interface/*'),
    expect.stringContaining(arn('security-group/sg-')),
    expect.stringContaining(arn('subnet/subnet-')),
    arn('volume/*')
  ])
  expect(asked[0]?.resources[1]?.context).toMatchObject({
    'aws:RequestedRegion': 'us-east-1',
    'aws:RequestTag/bake': '1',
    'aws:TagKeys': ['bake'],
    'ec2:InstanceType': 't3.medium'
  })
  expect(asked[1]?.resources).toMatchObject([
    {arn: arn('instance/*'), context: {'ec2:CreateAction': 'RunInstances', 'aws:RequestTag/bake': '1'}}
  ])
})

it('tells the tags of what is there already', async () => {
  const asked: AuthorizationRequest[] = []
  const {ec2, cloud} = await startTestCloud({authorize: (request) => (asked.push(request), {allowed: true})})
  const id = await launch(ec2, cloud, {TagSpecifications: [tags('instance')]})
  await ec2.terminateInstances({InstanceIds: [id]})
  expect(asked.at(-1)).toMatchObject({
    action: 'ec2:TerminateInstances',
    resources: [{context: {'ec2:ResourceTag/bake': '1', 'aws:ResourceTag/bake': '1'}}]
  })
})

it('gives no condition key that IAM does not know for the action and the resource', async () => {
  const asked: AuthorizationRequest[] = []
  await bake(await startTestCloud({authorize: (request) => (asked.push(request), {allowed: true})}))
  expect(asked.length).toBeGreaterThan(20)
  for (const {action, resources} of asked) {
    for (const resource of resources)
      expect([action, resource.arn, await ignoredKeys(action, resource)]).toEqual([action, resource.arn, []])
  }
})

async function ignoredKeys(action: string, {arn, context}: AuthorizedResource): Promise<readonly string[]> {
  const result = await runSimulation(
    {
      request: {
        principal: 'arn:aws:iam::123456789012:role/test',
        action,
        resource: {resource: arn, accountId: '123456789012'},
        contextVariables: Object.fromEntries(
          Object.entries(context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]])
        )
      },
      identityPolicies: [
        {name: 'all', policy: {Version: '2012-10-17', Statement: {Effect: 'Allow', Action: '*', Resource: '*'}}}
      ],
      serviceControlPolicies: [],
      resourceControlPolicies: []
    },
    {}
  )
  if (result.resultType === 'error') throw new Error(`${action} on ${arn}: ${JSON.stringify(result.errors)}`)
  const judged = result.resultType === 'single' ? [result.result] : result.results
  // A wildcard resource is judged once for each kind that it may be; a key must be known to the kind that is meant.
  const kinds = judged.filter(
    ({resourceType}) => judged.length === 1 || resourceType === arn.split(':')[5]?.split('/')[0]
  )
  return kinds.flatMap(({ignoredContextKeys}) => ignoredContextKeys ?? ['all of them'])
}

it("says who may not do what, in AWS's words", async () => {
  const {assume, ec2As, cloud} = await startTestCloud()
  const statement = {Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*'}
  const ec2 = ec2As(await assume({Policy: JSON.stringify({Version: '2012-10-17', Statement: [statement]})}))
  await expect(ec2.describeImages({})).resolves.toBeDefined()
  await expect(launch(ec2, cloud)).rejects.toMatchObject({
    ...awsError('UnauthorizedOperation', 403),
    message:
      `You are not authorized to perform this operation. User: arn:aws:sts::${cloud.accountId}:assumed-role/bake-jenkins-ami/test ` +
      `is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:us-east-1::image/${cloud.sourceImageId} ` +
      'because no session policy allows the ec2:RunInstances action'
  })
})

it('judges the tags of a creation as a second action', async () => {
  const {assume, ec2As} = await startTestCloud()
  const statement = {Effect: 'Allow', Action: 'ec2:CreateKeyPair', Resource: '*'}
  const ec2 = ec2As(await assume({Policy: JSON.stringify({Version: '2012-10-17', Statement: [statement]})}))
  await expect(ec2.createKeyPair({KeyName: 'tagged', TagSpecifications: [tags('key-pair')]})).rejects.toMatchObject({
    ...awsError('UnauthorizedOperation', 403),
    message: expect.stringContaining('is not authorized to perform: ec2:CreateTags')
  })
  await expect(ec2.createKeyPair({KeyName: 'bare'})).resolves.toMatchObject({KeyName: 'bare'})
})

it('names an explicit deny', async () => {
  const {assume, ec2As} = await startTestCloud()
  const statements = [
    {Effect: 'Allow', Action: '*', Resource: '*'},
    {Effect: 'Deny', Action: 'ec2:*', Resource: '*', Condition: {StringEquals: {'aws:RequestedRegion': 'us-east-1'}}}
  ]
  const ec2 = ec2As(await assume({Policy: JSON.stringify({Version: '2012-10-17', Statement: statements})}))
  await expect(ec2.describeVpcs({})).rejects.toMatchObject({
    message: expect.stringMatching(
      /is not authorized to perform: ec2:DescribeVpcs with an explicit deny in a session policy$/
    )
  })
})

it('asks for permission before it answers a dry run', async () => {
  const {assume, ec2As, ec2, cloud} = await startTestCloud()
  await expect(launch(ec2, cloud, {DryRun: true})).rejects.toMatchObject(awsError('DryRunOperation', 412))
  const statement = {Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*'}
  const bound = ec2As(await assume({Policy: JSON.stringify({Version: '2012-10-17', Statement: [statement]})}))
  await expect(launch(bound, cloud, {DryRun: true})).rejects.toMatchObject(awsError('UnauthorizedOperation', 403))
  expect(cloud.leftovers()).toEqual([])
})

it('keeps a snapshot that the caller of DeregisterImage may not delete, and says so', async () => {
  const {ec2, cloud, assume, ec2As} = await startTestCloud()
  const id = await launch(ec2, cloud)
  await describeOne(ec2, id)
  const {ImageId = ''} = await ec2.createImage({InstanceId: id, Name: 'image'})
  const statement = {Effect: 'Allow', NotAction: 'ec2:DeleteSnapshot', Resource: '*'}
  const bound = ec2As(await assume({Policy: JSON.stringify({Version: '2012-10-17', Statement: [statement]})}))
  const answer = await bound.deregisterImage({ImageId, DeleteAssociatedSnapshots: true})
  expect(answer.DeleteSnapshotResults).toMatchObject([{ReturnCode: 'missing-permissions'}])
  expect(cloud.leftovers()).toContainEqual({type: 'snapshot', id: answer.DeleteSnapshotResults?.[0]?.SnapshotId})
})
