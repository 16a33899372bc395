import {expect, it} from '@jest/globals'
import {awsError, startTestCloud} from '../test-cloud.ts'

const trust =
  '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]}'
const document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}'

it('makes a role with an inline policy, shows both, and deletes them in that order alone', async () => {
  const {iam, cloud} = await startTestCloud()
  const RoleName = 'packer-1'
  const Tags = [{Key: 'bake', Value: '1'}]
  const {Role} = await iam.createRole({RoleName, AssumeRolePolicyDocument: trust, Description: 'd', Tags})
  expect(Role).toMatchObject({
    RoleName,
    RoleId: expect.stringMatching(/^AROA/),
    Arn: `arn:aws:iam::${cloud.accountId}:role/packer-1`,
    Path: '/',
    Tags
  })
  const shown = (await iam.getRole({RoleName})).Role
  expect(shown).toMatchObject({Arn: Role?.Arn, Description: 'd', Tags})
  expect(decodeURIComponent(shown?.AssumeRolePolicyDocument ?? '')).toBe(trust)

  await iam.putRolePolicy({RoleName, PolicyName: 'p', PolicyDocument: document})
  expect((await iam.listRolePolicies({RoleName})).PolicyNames).toEqual(['p'])
  const policy = await iam.getRolePolicy({RoleName, PolicyName: 'p'})
  expect(decodeURIComponent(policy.PolicyDocument ?? '')).toBe(document)
  expect((await iam.listAttachedRolePolicies({RoleName})).AttachedPolicies).toEqual([])

  await expect(iam.deleteRole({RoleName})).rejects.toMatchObject(awsError('DeleteConflictException', 409))
  await iam.deleteRolePolicy({RoleName, PolicyName: 'p'})
  await expect(iam.deleteRolePolicy({RoleName, PolicyName: 'p'})).rejects.toMatchObject(
    awsError('NoSuchEntityException', 404)
  )
  await iam.deleteRole({RoleName})
  await expect(iam.getRole({RoleName})).rejects.toMatchObject(awsError('NoSuchEntityException', 404))
})

it('lists roles page by page and without their tags, as IAM does', async () => {
  const {iam} = await startTestCloud()
  for (const RoleName of ['one', 'two'])
    await iam.createRole({RoleName, AssumeRolePolicyDocument: trust, Tags: [{Key: 'bake', Value: '1'}]})
  const first = await iam.listRoles({MaxItems: 2})
  expect(first.Roles?.map(({RoleName}) => RoleName)).toEqual(['bake-jenkins-ami', 'one'])
  expect(first.Roles?.[1]).not.toHaveProperty('Tags')
  expect(first.IsTruncated).toBe(true)
  const rest = await iam.listRoles({Marker: first.Marker})
  expect(rest.Roles?.map(({RoleName}) => RoleName)).toEqual(['two'])
  expect(rest.IsTruncated).toBe(false)
  expect((await iam.listRoleTags({RoleName: 'two'})).Tags).toEqual([{Key: 'bake', Value: '1'}])
})

it('tags and untags a role', async () => {
  const {iam} = await startTestCloud()
  const RoleName = 'one'
  await iam.createRole({RoleName, AssumeRolePolicyDocument: trust})
  await iam.tagRole({
    RoleName,
    Tags: [
      {Key: 'a', Value: '1'},
      {Key: 'b', Value: '2'}
    ]
  })
  await iam.untagRole({RoleName, TagKeys: ['a']})
  expect((await iam.listRoleTags({RoleName})).Tags).toEqual([{Key: 'b', Value: '2'}])
})

it('refuses a name that is taken, a name that is none, and a policy that is none', async () => {
  const {iam} = await startTestCloud()
  const role = {RoleName: 'one', AssumeRolePolicyDocument: trust}
  await iam.createRole(role)
  await expect(iam.createRole(role)).rejects.toMatchObject(awsError('EntityAlreadyExistsException', 409))
  await expect(iam.createRole({...role, RoleName: 'a b'})).rejects.toMatchObject(awsError('ValidationError'))
  await expect(iam.createRole({RoleName: 'two', AssumeRolePolicyDocument: 'x'})).rejects.toMatchObject(
    awsError('MalformedPolicyDocumentException')
  )
})

it('says which action it does not have', async () => {
  const {iam} = await startTestCloud()
  await expect(iam.listUsers({})).rejects.toMatchObject({
    ...awsError('InvalidAction'),
    message: expect.stringContaining('AWS does')
  })
})
