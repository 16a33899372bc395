import type {SecurityGroup} from '@aws-sdk/client-ec2'
import {AwsError} from '../../protocol/errors.ts'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {describePermissions} from '../descriptions/security-group-rules.ts'
import {isCurrent} from '../state/instances.ts'
import {findAll, newId, notFound} from '../state/resources.ts'
import {rulesOf} from '../state/security-group-rules.ts'
import {addRule, groupsByName, namedGroup, touchedGroup} from '../state/security-groups.ts'
import {noDefaultVpc} from '../state/shortages.ts'
import type {Ec2Cloud, GroupRecord} from '../state/store.ts'
import {putTags, tagsAtCreation, tagSet} from '../state/tags.ts'
import type {Operations} from './operation.ts'

const filters: FilterTable<SecurityGroup> = {
  description: (group) => group.Description,
  'group-id': (group) => group.GroupId,
  'group-name': (group) => group.GroupName,
  'ip-permission.cidr': (group) => group.IpPermissions?.flatMap((p) => p.IpRanges?.map((range) => range.CidrIp)),
  'ip-permission.from-port': (group) => group.IpPermissions?.map((p) => p.FromPort),
  'ip-permission.group-id': (group) => group.IpPermissions?.flatMap((p) => p.UserIdGroupPairs?.map((g) => g.GroupId)),
  'ip-permission.protocol': (group) => group.IpPermissions?.map((p) => p.IpProtocol),
  'ip-permission.to-port': (group) => group.IpPermissions?.map((p) => p.ToPort),
  'owner-id': (group) => group.OwnerId,
  'vpc-id': (group) => group.VpcId
}

export function securityGroupOperations(cloud: Ec2Cloud): Operations {
  return {
    CreateSecurityGroup: async (input, call) => {
      const {GroupName: name = '', Description: description = '', VpcId: vpcId = cloud.network.vpcId} = input
      if (input.VpcId === undefined && cloud.shortages.defaultVpc === false) throw noDefaultVpc()
      if (vpcId !== cloud.network.vpcId) throw notFound('vpc', [vpcId])
      checkName(cloud, name)
      const tags = tagsAtCreation(input.TagSpecifications, ['security-group'])('security-group')
      const vpc = `arn:aws:ec2:${cloud.region}:${cloud.accountId}:vpc/${vpcId}`
      await call.permit([
        {type: 'security-group', id: '*', requestTags: tags, context: {'ec2:Vpc': vpc}},
        {type: 'vpc', id: vpcId}
      ])
      const id = newId('security-group')
      cloud.groups.set(id, {id, name, description})
      addRule(cloud, id, {egress: true, cidrIpv4: '0.0.0.0/0'})
      putTags(cloud, id, tags)
      return {GroupId: id, SecurityGroupArn: arnOf(cloud, id), Tags: tagSet(cloud, id)}
    },
    DescribeSecurityGroups: async (input, call) => {
      await call.permit()
      const byId = input.GroupIds !== undefined || input.GroupNames !== undefined
      const groups = byId
        ? [
            ...findAll('security-group', cloud.groups, input.GroupIds ?? []),
            ...groupsByName(cloud, input.GroupNames ?? [])
          ]
        : [...cloud.groups.values()]
      const described = groups.map((group) => describeGroup(cloud, group))
      const {items, NextToken} = list(described, input, {filters, limits: {least: 5, most: 1000}, byId})
      return {SecurityGroups: items, NextToken}
    },
    DeleteSecurityGroup: async (input, call) => {
      const group = namedGroup(cloud, input)
      if (group.name === 'default') {
        throw new AwsError(
          'CannotDelete',
          `the specified group: "${group.id}" name: "default" cannot be deleted by a user`
        )
      }
      if (isUsed(cloud, group)) throw new AwsError('DependencyViolation', `resource ${group.id} has a dependent object`)
      await call.permit([touchedGroup(cloud, group.id)])
      cloud.groups.delete(group.id)
      for (const {id} of rulesOf(cloud, group.id)) {
        cloud.rules.delete(id)
        cloud.tags.delete(id)
      }
      cloud.tags.delete(group.id)
      return {Return: true, GroupId: group.id}
    }
  }
}

function checkName({groups}: Ec2Cloud, name: string): void {
  if (name.toLowerCase() === 'default') throw new AwsError('InvalidGroup.Reserved', `The name '${name}' is reserved.`)
  if (name.startsWith('sg-')) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for groupName. It may not start with sg-.`)
  }
  if (name.length > 255)
    throw new AwsError('InvalidParameterValue', 'Invalid value for groupName: at most 255 characters.')
  if ([...groups.values()].some((group) => group.name === name)) {
    throw new AwsError('InvalidGroup.Duplicate', `The security group '${name}' already exists for this VPC`)
  }
}

function isUsed(cloud: Ec2Cloud, group: GroupRecord): boolean {
  const byInstance = [...cloud.instances.values()].some((one) => isCurrent(one) && one.groupIds.includes(group.id))
  return (
    byInstance || [...cloud.rules.values()].some((rule) => rule.sourceGroupId === group.id && rule.groupId !== group.id)
  )
}

const arnOf = ({region, accountId}: Ec2Cloud, id: string): string =>
  `arn:aws:ec2:${region}:${accountId}:security-group/${id}`

function describeGroup(cloud: Ec2Cloud, {id, name, description}: GroupRecord): SecurityGroup {
  const rules = rulesOf(cloud, id)
  return {
    GroupId: id,
    GroupName: name,
    Description: description,
    OwnerId: cloud.accountId,
    VpcId: cloud.network.vpcId,
    SecurityGroupArn: arnOf(cloud, id),
    IpPermissions: describePermissions(
      cloud,
      rules.filter(({egress}) => !egress)
    ),
    IpPermissionsEgress: describePermissions(
      cloud,
      rules.filter(({egress}) => egress)
    ),
    Tags: tagSet(cloud, id)
  }
}
