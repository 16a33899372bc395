import ipaddr from 'ipaddr.js'
import type {IngressRule} from '../../../machines/driver.ts'
import type {Ec2Cloud, RuleRecord} from './store.ts'

export const rulesOf = ({rules}: Ec2Cloud, groupId: string): RuleRecord[] =>
  [...rules.values()].filter((rule) => rule.groupId === groupId)

/** Whether an instance's groups let TCP from an address in to a port. */
export function letsIn(cloud: Ec2Cloud, groupIds: readonly string[], port: number, sourceAddress: string): boolean {
  return groupIds
    .flatMap((id) => rulesOf(cloud, id))
    .some((rule) => !rule.egress && coversPort(rule, port) && coversSource(cloud, rule, sourceAddress))
}

/** An instance's groups as rules of addresses: a group that is named as a source becomes its members' addresses. */
export function ingressOf(cloud: Ec2Cloud, groupIds: readonly string[]): IngressRule[] {
  const rules = groupIds.flatMap((id) => rulesOf(cloud, id)).filter(({egress}) => !egress)
  return rules.map(({protocol, fromPort, toPort, cidrIpv4, sourceGroupId}) => ({
    protocol,
    fromPort,
    toPort,
    cidrs: [
      ...(cidrIpv4 === undefined ? [] : [cidrIpv4]),
      ...membersOf(cloud, sourceGroupId).map((address) => `${address}/32`)
    ]
  }))
}

function membersOf(cloud: Ec2Cloud, groupId: string | undefined): string[] {
  if (groupId === undefined) return []
  const members = [...cloud.instances.values()].filter(({groupIds}) => groupIds.includes(groupId))
  return members.flatMap(({machine}) => machine?.address ?? [])
}

function coversPort({protocol, fromPort, toPort}: RuleRecord, port: number): boolean {
  return protocol === '-1' || (protocol === 'tcp' && fromPort <= port && port <= toPort)
}

function coversSource(cloud: Ec2Cloud, rule: RuleRecord, sourceAddress: string): boolean {
  const {sourceGroupId} = rule
  if (sourceGroupId !== undefined) return membersOf(cloud, sourceGroupId).includes(sourceAddress)
  const address = ipaddr.process(sourceAddress)
  const [network, bits] = ipaddr.parseCIDR(rule.cidrIpv4 ?? rule.cidrIpv6 ?? '')
  return address.kind() === network.kind() && address.match(network, bits)
}

/** Two rules are the same where they let the same in, whatever they are called. */
export const sameRule = (a: RuleRecord, b: RuleRecord): boolean =>
  a.groupId === b.groupId &&
  a.egress === b.egress &&
  a.protocol === b.protocol &&
  a.fromPort === b.fromPort &&
  a.toPort === b.toPort &&
  a.cidrIpv4 === b.cidrIpv4 &&
  a.cidrIpv6 === b.cidrIpv6 &&
  a.sourceGroupId === b.sourceGroupId
