import type {EC2Client} from '@aws-sdk/client-ec2'
import ipaddr from 'ipaddr.js'
import {ownCidrs} from './own-address.ts'
import type {ReadText} from '../lib/http.ts'
import type {Log} from '../lib/log.ts'
import {UserError} from '../lib/errors.ts'
import {contains, ownPrivateCidrs, type SourceAddress} from './private-address.ts'
import type {ConnectVia, Reach} from '../aws/connectivity.ts'
import {findVpc, vpcOf} from './subnets.ts'

export interface ReachInputs {
  readonly via: ConnectVia
  /** `auto`: this runner's own address. */
  readonly allowedCidrs: 'auto' | readonly string[]
  readonly subnetIds: readonly string[]
}

export interface ReachContext {
  readonly ec2: EC2Client
  readonly region: string
  readonly read: ReadText
  readonly log: Log
  /** For tests. */
  readonly source?: SourceAddress
}

/**
 * Looks up where the machines will be and who may reach them.
 *
 * @throws {InputError} for subnets that cannot be used
 * @throws {UserError} when this runner's own address cannot be found out
 */
export async function planReach(inputs: ReachInputs, context: ReachContext, signal: AbortSignal): Promise<Reach> {
  const {ec2, region} = context
  const {via, subnetIds} = inputs
  const vpcId = subnetIds.length > 0 ? await vpcOf(ec2, subnetIds, region, signal) : undefined
  const cidrs = via === 'session-manager' ? [] : await cidrsFor(inputs, vpcId, context, signal)
  const doubtful = via === 'public-ip' && inputs.allowedCidrs !== 'auto' && (await isLeftOut(cidrs, context, signal))
  const reach = {via, cidrs, subnetIds, ...(vpcId ? {vpcId} : {}), doubtful}
  return reach
}

async function cidrsFor(
  {via, allowedCidrs}: ReachInputs,
  vpcId: string | undefined,
  {ec2, region, read, source}: ReachContext,
  signal: AbortSignal
): Promise<readonly string[]> {
  if (allowedCidrs !== 'auto') return allowedCidrs
  if (via === 'public-ip') return ownCidrs(read, signal)
  const vpc = await findVpc(ec2, vpcId, signal)
  if (!vpc) {
    throw new UserError(
      `${region} has no default VPC. Set 'subnet-ids' to subnets of the VPC that this runner is in, for connect-via: private-ip.`
    )
  }
  return ownPrivateCidrs(vpc, source)
}

/**
 * Whether this runner seems to have addresses that are not let in. That is only a suspicion: behind several NAT
 * addresses the machines may see another one. If only private addresses are let in, the public address says nothing
 * about that network.
 */
async function isLeftOut(cidrs: readonly string[], {read, log}: ReachContext, signal: AbortSignal): Promise<boolean> {
  if (cidrs.every(isPrivate)) return false
  const own = await ownCidrs(read, signal).catch(() => [])
  signal.throwIfAborted()
  const addresses = own.map((cidr) => cidr.replace('/32', ''))
  const letsIn = addresses.some((address) => cidrs.some((cidr) => contains(cidr, address)))
  if (letsIn || addresses.length === 0) return false
  log.warning(
    `This runner connects to the internet from ${addresses.join(', ')}, which 'allowed-cidrs' (${cidrs.join(', ')}) does not let in. ` +
      'Unless it has another address as well, it will reach neither the build nor the smoke test. The build waits for SSH for 2 minutes, not 5.'
  )
  return true
}

function isPrivate(cidr: string): boolean {
  const [address] = ipaddr.IPv4.parseCIDR(cidr)
  return ['private', 'loopback', 'linkLocal', 'carrierGradeNat'].includes(address.range())
}
