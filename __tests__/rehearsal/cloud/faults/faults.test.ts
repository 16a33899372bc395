import {expect, it} from '@jest/globals'
import {parseFault} from '../../../../rehearsal/cloud/faults/fault.ts'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

const cloudWith = (...faults: string[]) => startTestCloud({faults: faults.map(parseFault)})

it.each([
  ['throttled', 'RequestLimitExceeded', 503],
  ['internal-error', 'InternalError', 500],
  ['unavailable', 'Unavailable', 503],
  ['denied', 'UnauthorizedOperation', 403],
  ['expired', 'RequestExpired', 400]
])('answers EC2’s calls with %s as EC2 does, and carries nothing out', async (kind, code, status) => {
  const {ec2, cloud} = await cloudWith(`CreateSecurityGroup=${kind}`)
  const create = {GroupName: 'g', Description: 'd'}
  await expect(ec2.createSecurityGroup(create)).rejects.toMatchObject(awsError(code, status))
  expect(cloud.calls[0]).toMatchObject({status, errorCode: code})
  expect(cloud.leftovers()).toEqual([])
  await ec2.createSecurityGroup(create)
})

it.each([
  ['throttled', 'Throttling', 400],
  ['unavailable', 'ServiceUnavailable', 503],
  ['expired', 'ExpiredToken', 403],
  ['denied', 'AccessDenied', 403]
])('answers STS’s calls with %s as STS does', async (kind, code, status) => {
  const {sts} = await cloudWith(`GetCallerIdentity=${kind}`)
  await expect(sts.getCallerIdentity({})).rejects.toMatchObject({$metadata: {httpStatusCode: status}, Code: code})
})

it('says that STS cannot reach the issuer', async () => {
  const {sts, cloud, token} = await cloudWith('AssumeRoleWithWebIdentity=issuer-unreachable')
  const request = {RoleArn: cloud.roleArn, RoleSessionName: 'test', WebIdentityToken: await token()}
  await expect(sts.assumeRoleWithWebIdentity(request)).rejects.toMatchObject({name: 'IDPCommunicationErrorException'})
})

it('answers for GitHub’s token service by status alone', async () => {
  const {cloud} = await cloudWith('GetIdToken=throttled')
  expect((await fetch(cloud.oidc.requestUrl)).status).toBe(429)
})

it('befalls as many calls in a row as it says, and those of its caller only', async () => {
  const {ec2, ec2As, cloud} = await cloudWith('packer:DescribeVpcs#2=throttled*2')
  const packer = ec2As(cloud.administrator, {userAgent: 'APN/1.0 HashiCorp/1.0 Packer/1.16.0'})
  const outcome = async (client: typeof ec2) =>
    client.describeVpcs({}).then(
      () => 'answered',
      () => 'throttled'
    )
  const outcomes = []
  for (const client of [packer, ec2, packer, ec2, packer, packer]) outcomes.push(await outcome(client))
  expect(outcomes).toEqual(['answered', 'answered', 'throttled', 'answered', 'throttled', 'answered'])
})

it('breaks the connection before anything is done, or after it', async () => {
  const {ec2, cloud} = await cloudWith('CreateKeyPair#1=reset-before', 'CreateKeyPair#2=reset-after')
  await expect(ec2.createKeyPair({KeyName: 'k'})).rejects.toThrow('ECONNRESET')
  expect(cloud.leftovers()).toEqual([])
  await expect(ec2.createKeyPair({KeyName: 'k'})).rejects.toThrow('ECONNRESET')
  expect(cloud.leftovers()).toMatchObject([{type: 'key-pair'}])
  expect(cloud.calls[0]).toMatchObject({status: 0, errorCode: 'reset'})
})

it('accepts a request and stays silent', async () => {
  const {ec2, cloud} = await cloudWith('CreateKeyPair=silent')
  const given = new AbortController()
  const asked = ec2.createKeyPair({KeyName: 'k'}, {abortSignal: given.signal})
  const gaveUp = asked.catch((error: Error) => error.name)
  // A later call is answered, so that the silent one has arrived and nobody works on it.
  while (cloud.calls.length === 0) await ec2.describeVpcs({})
  given.abort()
  expect(await gaveUp).toBe('AbortError')
  expect(cloud.leftovers()).toEqual([])
})

it('does not know for a while what was just made: an error for an id, nothing for a filter', async () => {
  const {ec2, cloud} = await cloudWith('RunInstances=not-found*2')
  const id = await launch(ec2, cloud)
  await expect(describeOne(ec2, id)).rejects.toMatchObject(awsError('InvalidInstanceID.NotFound'))
  const byFilter = {Filters: [{Name: 'instance-id', Values: [id]}]}
  expect((await ec2.describeInstances(byFilter)).Reservations ?? []).toEqual([])
  expect((await ec2.describeInstances(byFilter)).Reservations).toHaveLength(1)
})

it('knows a key pair by its name as little as by its id', async () => {
  const {ec2, cloud} = await cloudWith('CreateKeyPair=not-found')
  await ec2.createKeyPair({KeyName: 'k'})
  await expect(launch(ec2, cloud, {KeyName: 'k'})).rejects.toMatchObject(awsError('InvalidKeyPair.NotFound'))
  expect(await launch(ec2, cloud, {KeyName: 'k'})).toMatch(/^i-/)
})

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Principal: {Service: 'ec2.amazonaws.com'}, Action: 'sts:AssumeRole'}]
})

it('does not know a new role or instance profile, in IAM or in EC2, and takes neither for the other of its name', async () => {
  const {ec2, iam, cloud} = await cloudWith('CreateRole=not-found', 'CreateInstanceProfile=not-found*2')
  const [role, profile] = [{RoleName: 'packer'}, {InstanceProfileName: 'packer'}]
  await iam.createRole({...role, AssumeRolePolicyDocument: trust})
  await iam.createInstanceProfile(profile)
  await expect(iam.addRoleToInstanceProfile({...role, ...profile})).rejects.toMatchObject({
    $metadata: {httpStatusCode: 404}
  })
  await expect(iam.getInstanceProfile(profile)).rejects.toThrow('Instance Profile packer cannot be found.')
  await iam.getRole(role).catch(() => iam.getRole(role))
  await iam
    .addRoleToInstanceProfile({...role, ...profile})
    .catch(() => iam.addRoleToInstanceProfile({...role, ...profile}))
  expect(await launch(ec2, cloud, {IamInstanceProfile: {Name: 'packer'}})).toMatch(/^i-/)
})

it('answers EC2 that a profile is no valid one while it is unknown', async () => {
  const {ec2, iam, cloud} = await cloudWith('CreateInstanceProfile=not-found')
  await iam.createInstanceProfile({InstanceProfileName: 'packer'})
  await expect(launch(ec2, cloud, {IamInstanceProfile: {Name: 'packer'}})).rejects.toMatchObject(
    awsError('InvalidParameterValue')
  )
})

it('does not know a new launch template, nor the instances of a fleet', async () => {
  const {ec2, cloud} = await cloudWith('CreateLaunchTemplate=not-found', 'CreateFleet#2=not-found')
  const {LaunchTemplate: {LaunchTemplateId = ''} = {}} = await ec2.createLaunchTemplate({
    LaunchTemplateName: 'packer-fleet-launch-template-abcdefg',
    LaunchTemplateData: {ImageId: cloud.sourceImageId, InstanceType: 't3.medium'}
  })
  const fleet = () =>
    ec2.createFleet({
      Type: 'instant',
      LaunchTemplateConfigs: [{LaunchTemplateSpecification: {LaunchTemplateId, Version: '$Latest'}}],
      TargetCapacitySpecification: {TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot'}
    })
  await expect(fleet()).rejects.toMatchObject(awsError('InvalidLaunchTemplateId.NotFound'))
  const {Instances: [launched] = []} = await fleet()
  const [instance = ''] = launched?.InstanceIds ?? []
  await expect(describeOne(ec2, instance)).rejects.toMatchObject(awsError('InvalidInstanceID.NotFound'))
  expect(await describeOne(ec2, instance)).toMatchObject({InstanceId: instance})
})

it('has no capacity for the first type asked for, however often, and for the next one it has', async () => {
  const {ec2, cloud} = await cloudWith('RunInstances=no-capacity')
  const ask = (InstanceType: 't3.medium' | 't3.large') => launch(ec2, cloud, {InstanceType})
  for (const _ of [1, 2]) {
    await expect(ask('t3.medium')).rejects.toMatchObject(awsError('InsufficientInstanceCapacity', 500))
  }
  expect(await ask('t3.large')).toMatch(/^i-/)
})

it('tells when an answer has been sent', async () => {
  const answered: string[] = []
  const {ec2} = await startTestCloud({
    faults: [parseFault('DescribeVpcs=reset-after')],
    onAnswered: ({action}) => void answered.push(action)
  })
  await expect(ec2.describeVpcs({})).rejects.toBeDefined()
  await ec2.describeSubnets({})
  expect(answered).toEqual(['DescribeSubnets'])
})
