import type {IpPermission, SecurityGroupRule} from '@aws-sdk/client-ec2'
import type {Ec2Cloud, RuleRecord} from '../state/store.ts'
import {tagSet} from '../state/tags.ts'

/** Rules in EC2's older form, which joins those with the same protocol and ports. */
export function describePermissions({accountId}: Ec2Cloud, rules: readonly RuleRecord[]): IpPermission[] {
  return joined(rules).map((group) => ({
    IpProtocol: group[0]?.protocol,
    ...(group[0]?.protocol === '-1' ? {} : {FromPort: group[0]?.fromPort, ToPort: group[0]?.toPort}),
    IpRanges: group.flatMap(({cidrIpv4, description}) =>
      cidrIpv4 === undefined ? [] : [{CidrIp: cidrIpv4, Description: description}]
    ),
    Ipv6Ranges: group.flatMap(({cidrIpv6, description}) =>
      cidrIpv6 === undefined ? [] : [{CidrIpv6: cidrIpv6, Description: description}]
    ),
    PrefixListIds: [],
    UserIdGroupPairs: group.flatMap(({sourceGroupId, description}) =>
      sourceGroupId === undefined ? [] : [{GroupId: sourceGroupId, UserId: accountId, Description: description}]
    )
  }))
}

export function describeRule(cloud: Ec2Cloud, rule: RuleRecord): SecurityGroupRule {
  const {accountId, region} = cloud
  return {
    SecurityGroupRuleId: rule.id,
    SecurityGroupRuleArn: `arn:aws:ec2:${region}:${accountId}:security-group-rule/${rule.id}`,
    GroupId: rule.groupId,
    GroupOwnerId: accountId,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    CidrIpv4: rule.cidrIpv4,
    CidrIpv6: rule.cidrIpv6,
    Description: rule.description,
    ReferencedGroupInfo:
      rule.sourceGroupId === undefined ? undefined : {GroupId: rule.sourceGroupId, UserId: accountId},
    Tags: tagSet(cloud, rule.id)
  }
}

function joined(rules: readonly RuleRecord[]): RuleRecord[][] {
  const groups = new Map<string, RuleRecord[]>()
  for (const rule of rules) {
    const key = `${rule.protocol} ${rule.fromPort} ${rule.toPort}`
    groups.set(key, [...(groups.get(key) ?? []), rule])
  }
  return [...groups.values()]
}
