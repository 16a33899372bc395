import {expect, it} from '@jest/globals'
import type {AuthorizationRequest} from '../../../../rehearsal/cloud/auth/authorize.ts'
import {awsError, describeOne, launch, startTestCloud, type TestCloud} from '../test-cloud.ts'

const trust = '{"Statement": []}'
const InstanceProfileName = 'packer-1'
const RoleName = 'packer-1'

async function profileWithRole({iam}: TestCloud): Promise<void> {
  await iam.createInstanceProfile({InstanceProfileName, Tags: [{Key: 'bake', Value: '1'}]})
  await iam.createRole({RoleName, AssumeRolePolicyDocument: trust})
  await iam.addRoleToInstanceProfile({InstanceProfileName, RoleName})
}

it('makes a profile, puts a role into it, and takes both away in that order alone', async () => {
  const test = await startTestCloud()
  const {iam, cloud} = test
  await profileWithRole(test)
  const {InstanceProfile: profile} = await iam.getInstanceProfile({InstanceProfileName})
  expect(profile).toMatchObject({
    Arn: `arn:aws:iam::${cloud.accountId}:instance-profile/packer-1`,
    InstanceProfileId: expect.stringMatching(/^AIPA/),
    Roles: [{RoleName}],
    Tags: [{Key: 'bake', Value: '1'}]
  })
  expect((await iam.listInstanceProfiles({})).InstanceProfiles).toMatchObject([{InstanceProfileName}])
  expect((await iam.listInstanceProfilesForRole({RoleName})).InstanceProfiles).toHaveLength(1)

  const conflict = awsError('DeleteConflictException', 409)
  await expect(iam.addRoleToInstanceProfile({InstanceProfileName, RoleName: 'bake-jenkins-ami'})).rejects.toMatchObject(
    awsError('LimitExceededException', 409)
  )
  await expect(iam.deleteInstanceProfile({InstanceProfileName})).rejects.toMatchObject(conflict)
  await expect(iam.deleteRole({RoleName})).rejects.toMatchObject(conflict)
  await iam.removeRoleFromInstanceProfile({InstanceProfileName, RoleName})
  await iam.deleteRole({RoleName})
  await iam.deleteInstanceProfile({InstanceProfileName})
  expect(cloud.leftovers()).toEqual([])
  await expect(iam.deleteInstanceProfile({InstanceProfileName})).rejects.toMatchObject(
    awsError('NoSuchEntityException', 404)
  )
})

it('gives an instance a profile that exists and has a role', async () => {
  const test = await startTestCloud()
  const {ec2, iam, cloud} = test
  const IamInstanceProfile = {Name: InstanceProfileName}
  const refusal = (message: string) => ({
    ...awsError('InvalidParameterValue'),
    message: expect.stringContaining(message)
  })
  await expect(launch(ec2, cloud, {IamInstanceProfile})).rejects.toMatchObject(
    // Packer waits for it by this text.
    refusal('Invalid IAM Instance Profile name')
  )
  await iam.createInstanceProfile({InstanceProfileName})
  await expect(launch(ec2, cloud, {IamInstanceProfile})).rejects.toMatchObject(refusal('no associated IAM Roles'))
  await iam.createRole({RoleName, AssumeRolePolicyDocument: trust})
  await iam.addRoleToInstanceProfile({InstanceProfileName, RoleName})
  const id = await launch(ec2, cloud, {IamInstanceProfile})
  const Arn = `arn:aws:iam::${cloud.accountId}:instance-profile/packer-1`
  expect((await describeOne(ec2, id))?.IamInstanceProfile).toMatchObject({Arn, Id: expect.stringMatching(/^AIPA/)})
})

it('takes an empty name of a profile, which Packer sends, for none', async () => {
  const {ec2, cloud} = await startTestCloud()
  const id = await launch(ec2, cloud, {IamInstanceProfile: {Name: ''}})
  expect((await describeOne(ec2, id))?.IamInstanceProfile).toBeUndefined()
})

it('asks whether the role may be handed on, by the profile and by the launch', async () => {
  const asked: AuthorizationRequest[] = []
  const test = await startTestCloud({authorize: (request) => (asked.push(request), {allowed: true})})
  await profileWithRole(test)
  await launch(test.ec2, test.cloud, {IamInstanceProfile: {Name: InstanceProfileName}})
  const passing = {
    action: 'iam:PassRole',
    resources: [
      {
        arn: `arn:aws:iam::${test.cloud.accountId}:role/packer-1`,
        context: {'iam:PassedToService': 'ec2.amazonaws.com'}
      }
    ]
  }
  expect(asked.map(({action}) => action)).toEqual([
    'iam:CreateInstanceProfile',
    'iam:TagInstanceProfile',
    'iam:CreateRole',
    'iam:AddRoleToInstanceProfile',
    'iam:PassRole',
    'ec2:RunInstances',
    'iam:PassRole'
  ])
  expect(asked[4]).toMatchObject(passing)
  expect(asked[6]).toMatchObject(passing)
})

it('is judged by the session policy', async () => {
  const test = await startTestCloud()
  await profileWithRole(test)
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{Effect: 'Allow', Action: ['ec2:*', 'iam:GetInstanceProfile'], Resource: '*'}]
  })
  const keys = await test.assume({Policy})
  const narrow = test.iamAs(keys)
  await expect(narrow.getInstanceProfile({InstanceProfileName})).resolves.toBeDefined()
  for (const refused of [
    narrow.deleteInstanceProfile({InstanceProfileName}),
    narrow.createRole({RoleName: 'x', AssumeRolePolicyDocument: trust}),
    // It does not learn what is there.
    narrow.getRole({RoleName: 'no-such-role'})
  ]) {
    await expect(refused).rejects.toMatchObject({
      ...awsError('AccessDenied', 403),
      message: expect.stringContaining('because no session policy allows the iam:')
    })
  }
  const launched = launch(test.ec2As(keys), test.cloud, {IamInstanceProfile: {Name: InstanceProfileName}})
  await expect(launched).rejects.toMatchObject({
    ...awsError('UnauthorizedOperation', 403),
    message: expect.stringContaining('iam:PassRole on resource')
  })
})

it('refuses an unknown key in the words of the query services', async () => {
  const {iamAs} = await startTestCloud()
  const keys = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40)}
  await expect(iamAs(keys).listRoles({})).rejects.toMatchObject(awsError('InvalidClientTokenId', 403))
})
