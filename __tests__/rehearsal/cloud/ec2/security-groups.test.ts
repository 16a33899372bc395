import {expect, it} from '@jest/globals'
import {awsError, describeOne, launch, startTestCloud} from '../test-cloud.ts'

const ssh = {IpProtocol: 'tcp', FromPort: 22, ToPort: 22}
const from = (CidrIp: string) => [{...ssh, IpRanges: [{CidrIp, Description: 'me'}]}]

it('makes a group in the default VPC, where everything may go out and nothing come in', async () => {
  const {ec2} = await startTestCloud()
  const tags = [{Key: 'bake', Value: '1'}]
  const {GroupId = ''} = await ec2.createSecurityGroup({
    GroupName: 'g',
    Description: 'd',
    VpcId: '',
    TagSpecifications: [{ResourceType: 'security-group', Tags: tags}]
  })
  expect(GroupId).toMatch(/^sg-[0-9a-f]{17}$/)
  expect((await ec2.describeSecurityGroups({GroupIds: [GroupId]})).SecurityGroups).toMatchObject([
    {
      GroupName: 'g',
      Description: 'd',
      VpcId: expect.stringMatching(/^vpc-/),
      IpPermissions: [],
      IpPermissionsEgress: [{IpProtocol: '-1', IpRanges: [{CidrIp: '0.0.0.0/0'}]}],
      Tags: tags
    }
  ])
})

it('adds rules once, and describes them joined by ports and one by one', async () => {
  const {ec2} = await startTestCloud()
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  await ec2.authorizeSecurityGroupIngress({GroupId, IpPermissions: from('10.0.0.1/8')})
  const more = await ec2.authorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [{...ssh, Ipv6Ranges: [{CidrIpv6: '2001:db8::1/64'}]}],
    TagSpecifications: [{ResourceType: 'security-group-rule', Tags: [{Key: 'a', Value: 'b'}]}]
  })
  expect(more.SecurityGroupRules).toMatchObject([{CidrIpv6: '2001:db8::/64', Tags: [{Key: 'a', Value: 'b'}]}])
  await expect(ec2.authorizeSecurityGroupIngress({GroupId, IpPermissions: from('10.0.0.0/8')})).rejects.toMatchObject({
    ...awsError('InvalidPermission.Duplicate'),
    message: 'the specified rule "peer: 10.0.0.0/8, TCP, from port: 22, to port: 22, ALLOW" already exists'
  })
  const {SecurityGroups} = await ec2.describeSecurityGroups({GroupIds: [GroupId]})
  expect(SecurityGroups?.[0]?.IpPermissions).toEqual([
    {
      ...ssh,
      IpRanges: [{CidrIp: '10.0.0.0/8', Description: 'me'}],
      Ipv6Ranges: [{CidrIpv6: '2001:db8::/64'}],
      PrefixListIds: [],
      UserIdGroupPairs: []
    }
  ])
  const rules = await ec2.describeSecurityGroupRules({Filters: [{Name: 'group-id', Values: [GroupId]}]})
  expect(rules.SecurityGroupRules?.map(({IsEgress}) => IsEgress)).toEqual([true, false, false])
})

it('revokes rules, and names those that are not there', async () => {
  const {ec2} = await startTestCloud()
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  await ec2.authorizeSecurityGroupIngress({GroupId, IpPermissions: from('10.0.0.0/8')})
  const IpPermissions = [...from('10.0.0.0/8'), ...from('11.0.0.0/8')]
  expect(await ec2.revokeSecurityGroupIngress({GroupId, IpPermissions})).toMatchObject({
    Return: true,
    RevokedSecurityGroupRules: [{CidrIpv4: '10.0.0.0/8'}],
    UnknownIpPermissions: [{IpRanges: [{CidrIp: '11.0.0.0/8'}]}]
  })
})

it.each([
  ['an address without a length', {IpPermissions: from('10.0.0.1')}, 'InvalidParameterValue'],
  ['no source', {IpPermissions: [ssh]}, 'MissingParameter'],
  ['no rule', {}, 'MissingParameter'],
  ['a port that is none', {...ssh, ToPort: 70_000, CidrIp: '0.0.0.0/0'}, 'InvalidParameterValue'],
  ['no ports', {IpProtocol: 'tcp', CidrIp: '0.0.0.0/0'}, 'MissingParameter'],
  [
    'a source group that is missing',
    {IpPermissions: [{...ssh, UserIdGroupPairs: [{GroupId: 'sg-0123456789abcdef0'}]}]},
    'InvalidGroup.NotFound'
  ]
])('refuses a rule with %s', async (_name, rule, code) => {
  const {ec2} = await startTestCloud()
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  await expect(ec2.authorizeSecurityGroupIngress({GroupId, ...rule})).rejects.toMatchObject(awsError(code))
})

it('does not delete a group that an instance uses before that has terminated', async () => {
  const {ec2, cloud, driver} = await startTestCloud()
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  const id = await launch(ec2, cloud, {SecurityGroupIds: [GroupId]})
  await describeOne(ec2, id)
  const inUse = {...awsError('DependencyViolation'), message: `resource ${GroupId} has a dependent object`}
  await expect(ec2.deleteSecurityGroup({GroupId})).rejects.toMatchObject(inUse)
  let ended = (): void => {}
  const [machine] = driver.machines
  if (machine) machine.terminate = () => new Promise((resolve) => void (ended = resolve))
  await ec2.terminateInstances({InstanceIds: [id]})
  await expect(ec2.deleteSecurityGroup({GroupId})).rejects.toMatchObject(inUse)
  ended()
  await describeOne(ec2, id)
  await expect(ec2.deleteSecurityGroup({GroupId})).resolves.toMatchObject({Return: true, GroupId})
})

it('does not delete a group that another one names, nor the default one', async () => {
  const {ec2} = await startTestCloud()
  const {GroupId = ''} = await ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  const other = await ec2.createSecurityGroup({GroupName: 'h', Description: 'd'})
  const IpPermissions = [{...ssh, UserIdGroupPairs: [{GroupId}]}]
  await ec2.authorizeSecurityGroupIngress({GroupId: other.GroupId ?? '', IpPermissions})
  await expect(ec2.deleteSecurityGroup({GroupId})).rejects.toMatchObject(awsError('DependencyViolation'))
  await expect(ec2.deleteSecurityGroup({GroupName: 'default'})).rejects.toMatchObject(awsError('CannotDelete'))
})

it('refuses names that are taken or reserved, and groups that are missing', async () => {
  const {ec2} = await startTestCloud()
  await ec2.createSecurityGroup({GroupName: 'g', Description: 'd'})
  const make = (GroupName: string) => ec2.createSecurityGroup({GroupName, Description: 'd'})
  await expect(make('g')).rejects.toMatchObject(awsError('InvalidGroup.Duplicate'))
  await expect(make('default')).rejects.toMatchObject(awsError('InvalidGroup.Reserved'))
  await expect(make('sg-g')).rejects.toMatchObject(awsError('InvalidParameterValue'))
  await expect(ec2.deleteSecurityGroup({GroupId: 'sg-0123456789abcdef0'})).rejects.toMatchObject(
    awsError('InvalidGroup.NotFound')
  )
  await expect(ec2.deleteSecurityGroup({GroupId: 'g'})).rejects.toMatchObject(awsError('InvalidGroupId.Malformed'))
  await expect(ec2.deleteSecurityGroup({})).rejects.toMatchObject(awsError('MissingParameter'))
})
