import {missingParameter} from '../../protocol/errors.ts'
import {find, newId, notFound} from './resources.ts'
import type {Ec2Cloud, GroupRecord} from './store.ts'

/** The group that every VPC has: its members reach each other. */
export function addDefaultGroup(cloud: Ec2Cloud): void {
  const id = cloud.network.defaultGroupId
  cloud.groups.set(id, {id, name: 'default', description: 'default VPC security group'})
  addRule(cloud, id, {egress: false, sourceGroupId: id})
  addRule(cloud, id, {egress: true, cidrIpv4: '0.0.0.0/0'})
}

export function addRule(
  cloud: Ec2Cloud,
  groupId: string,
  rule: {readonly egress: boolean; readonly cidrIpv4?: string; readonly sourceGroupId?: string}
): void {
  const id = newId('security-group-rule')
  cloud.rules.set(id, {id, groupId, protocol: '-1', fromPort: -1, toPort: -1, ...rule})
}

/** @throws AwsError MissingParameter, InvalidGroup.NotFound, InvalidGroupId.Malformed */
export function namedGroup(
  cloud: Ec2Cloud,
  input: {GroupId?: string | undefined; GroupName?: string | undefined}
): GroupRecord {
  if (input.GroupId !== undefined) return find('security-group', cloud.groups, input.GroupId)
  if (input.GroupName === undefined) throw missingParameter('groupName or groupId')
  const [group] = groupsByName(cloud, [input.GroupName])
  if (!group) throw notFound('security-group', [input.GroupName])
  return group
}

/** @throws AwsError InvalidGroup.NotFound */
export function groupsByName(cloud: Ec2Cloud, names: readonly string[]): GroupRecord[] {
  return names.map((name) => {
    const group = [...cloud.groups.values()].find((one) => one.name === name)
    if (!group) throw notFound('security-group', [name])
    return group
  })
}

/** The group as a call's authorization sees it. */
export function touchedGroup({region, accountId, network}: Ec2Cloud, id: string) {
  const vpc = `arn:aws:ec2:${region}:${accountId}:vpc/${network.vpcId}`
  return {type: 'security-group' as const, id, context: {'ec2:Vpc': vpc}}
}
