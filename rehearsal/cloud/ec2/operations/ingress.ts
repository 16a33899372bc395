import ipaddr from 'ipaddr.js'
import type {IpPermission, SecurityGroupRule} from '@aws-sdk/client-ec2'
import {AwsError, missingParameter, notOffered} from '../../protocol/errors.ts'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {describePermissions, describeRule} from '../descriptions/security-group-rules.ts'
import {find, findAll, newId} from '../state/resources.ts'
import {rulesOf, sameRule} from '../state/security-group-rules.ts'
import {groupsByName, namedGroup, touchedGroup} from '../state/security-groups.ts'
import type {Ec2Cloud, RuleRecord} from '../state/store.ts'
import {putTags, tagsAtCreation} from '../state/tags.ts'
import type {Input, Operations} from './operation.ts'

const filters: FilterTable<SecurityGroupRule> = {
  'group-id': (rule) => rule.GroupId,
  'security-group-rule-id': (rule) => rule.SecurityGroupRuleId
}

export function ingressOperations(cloud: Ec2Cloud): Operations {
  return {
    AuthorizeSecurityGroupIngress: async (input, call) => {
      const group = namedGroup(cloud, input)
      const rules = readRules(cloud, group.id, permissionsOf(input))
      const tags = tagsAtCreation(input.TagSpecifications, ['security-group-rule'])('security-group-rule')
      const existing = rulesOf(cloud, group.id)
      const twice = rules.find((rule, index) =>
        [...existing, ...rules.slice(0, index)].some((one) => sameRule(one, rule))
      )
      if (twice) throw duplicate(twice)
      const made = tags.size > 0 ? [{type: 'security-group-rule' as const, id: '*', requestTags: tags}] : []
      await call.permit([touchedGroup(cloud, group.id), ...made])
      for (const rule of rules) {
        cloud.rules.set(rule.id, rule)
        putTags(cloud, rule.id, tags)
      }
      return {Return: true, SecurityGroupRules: rules.map((rule) => describeRule(cloud, rule))}
    },
    RevokeSecurityGroupIngress: async (input, call) => {
      const group = namedGroup(cloud, input)
      const {found, unknown} = rulesToRevoke(cloud, group.id, input)
      await call.permit([touchedGroup(cloud, group.id)])
      for (const rule of found) {
        cloud.rules.delete(rule.id)
        cloud.tags.delete(rule.id)
      }
      return {
        Return: true,
        UnknownIpPermissions: describePermissions(cloud, unknown),
        RevokedSecurityGroupRules: found.map((rule) => ({...describeRule(cloud, rule), SecurityGroupRuleId: rule.id}))
      }
    },
    DescribeSecurityGroupRules: async (input, call) => {
      await call.permit()
      const ids = input.SecurityGroupRuleIds
      const rules = ids ? findAll('security-group-rule', cloud.rules, ids) : [...cloud.rules.values()]
      const described = rules.map((rule) => describeRule(cloud, rule))
      const rulesOfList = {filters, limits: {least: 5, most: 1000}, byId: ids !== undefined}
      const {items, NextToken} = list(described, input, rulesOfList)
      return {SecurityGroupRules: items, NextToken}
    }
  }
}

/** In the default VPC, rules that are not there are named in the answer and are no error (API reference). */
function rulesToRevoke(cloud: Ec2Cloud, groupId: string, input: Input<'RevokeSecurityGroupIngress'>) {
  if (input.SecurityGroupRuleIds) {
    return {found: input.SecurityGroupRuleIds.map((id) => find('security-group-rule', cloud.rules, id)), unknown: []}
  }
  const wanted = readRules(cloud, groupId, permissionsOf(input))
  const existing = rulesOf(cloud, groupId)
  return {
    found: existing.filter((rule) => wanted.some((one) => sameRule(one, rule))),
    unknown: wanted.filter((rule) => !existing.some((one) => sameRule(one, rule)))
  }
}

/** The permissions of a call in either of its forms: a list, or one rule spread over several parameters. */
function permissionsOf(input: Input<'AuthorizeSecurityGroupIngress'>): readonly IpPermission[] {
  if (input.IpPermissions && input.IpPermissions.length > 0) return input.IpPermissions
  const {IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName: name} = input
  if (CidrIp === undefined && name === undefined) throw missingParameter('ipPermissions')
  const source = name === undefined ? {IpRanges: [{CidrIp}]} : {UserIdGroupPairs: [{GroupName: name}]}
  return [{IpProtocol, FromPort, ToPort, ...source}]
}

function readRules(cloud: Ec2Cloud, groupId: string, permissions: readonly IpPermission[]): RuleRecord[] {
  return permissions.flatMap((permission) => {
    if (permission.PrefixListIds && permission.PrefixListIds.length > 0) throw notOffered('prefix lists')
    const base = {groupId, egress: false, ...readPorts(permission)}
    const sources = readSources(cloud, permission)
    if (sources.length === 0) throw missingParameter('ipPermissions.ipRanges')
    return sources.map((source) => ({...base, ...source, id: newId('security-group-rule')}))
  })
}

const protocols: Readonly<Record<string, string>> = {'6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1'}

function readPorts({IpProtocol: given, FromPort: from, ToPort: to}: IpPermission) {
  if (given === undefined) throw missingParameter('ipProtocol')
  const protocol = protocols[given] ?? given
  if (protocol !== 'tcp' && protocol !== 'udp') return {protocol, fromPort: from ?? -1, toPort: to ?? -1}
  if (from === undefined || to === undefined) throw missingParameter('fromPort and toPort')
  const wrong = [from, to].find((port) => !Number.isInteger(port) || port < 0 || port > 65_535)
  if (wrong !== undefined)
    throw new AwsError('InvalidParameterValue', `Invalid value '${wrong}' for portRange. Must be between 0 and 65535`)
  if (from > to)
    throw new AwsError('InvalidParameterValue', `Invalid value '${from}-${to}' for portRange: it ends before it begins`)
  return {protocol, fromPort: from, toPort: to}
}

type Source = Pick<RuleRecord, 'cidrIpv4' | 'cidrIpv6' | 'sourceGroupId' | 'description'>

function readSources(cloud: Ec2Cloud, permission: IpPermission): Source[] {
  const ranges = permission.IpRanges ?? []
  const ranges6 = permission.Ipv6Ranges ?? []
  const pairs = permission.UserIdGroupPairs ?? []
  return [
    ...ranges.map(({CidrIp: cidr = '', Description}) => ({
      cidrIpv4: readCidr(cidr, 'ipv4'),
      ...described(Description)
    })),
    ...ranges6.map(({CidrIpv6: cidr = '', Description}) => ({
      cidrIpv6: readCidr(cidr, 'ipv6'),
      ...described(Description)
    })),
    ...pairs.map(({GroupId: id, GroupName: name = '', Description}) => {
      const [group] = id === undefined ? groupsByName(cloud, [name]) : findAll('security-group', cloud.groups, [id])
      return {...(group ? {sourceGroupId: group.id} : {}), ...described(Description)}
    })
  ]
}

const described = (description: string | undefined): {description?: string} =>
  description === undefined ? {} : {description}

/** The range in its canonical form: EC2 sets the bits beyond the prefix to zero. */
function readCidr(cidr: string, kind: 'ipv4' | 'ipv6'): string {
  const family = kind === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
  if (!family.isValidCIDR(cidr)) throw new AwsError('InvalidParameterValue', `CIDR block ${cidr} is malformed`)
  return `${family.networkAddressFromCIDR(cidr).toString()}/${cidr.split('/')[1]}`
}

function duplicate({protocol, fromPort, toPort, cidrIpv4, cidrIpv6, sourceGroupId}: RuleRecord): AwsError {
  const peer = cidrIpv4 ?? cidrIpv6 ?? sourceGroupId
  const rule = `peer: ${peer}, ${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}, ALLOW`
  return new AwsError('InvalidPermission.Duplicate', `the specified rule "${rule}" already exists`)
}
