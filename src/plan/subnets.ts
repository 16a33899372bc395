import {type EC2Client, type Filter, paginateDescribeSubnets, paginateDescribeVpcs} from '@aws-sdk/client-ec2'
import {allPages, pageSize} from '../aws/calls.ts'
import {InputError} from '../lib/errors.ts'

/** The VPC of the given subnets, or the default one. */
export interface Vpc {
  readonly id: string
  /** Its IPv4 ranges. */
  readonly cidrs: readonly string[]
}

/**
 * Checks that the subnets exist and are all in one VPC, because the machines' security group belongs to one.
 *
 * @returns the id of their VPC
 * @throws {InputError} that names every subnet which cannot be used
 */
export async function vpcOf(
  ec2: EC2Client,
  subnetIds: readonly string[],
  region: string,
  signal: AbortSignal
): Promise<string> {
  // A filter finds the existing ones; a request for an id that does not exist is an error, which names only the first.
  const query = {Filters: [{Name: 'subnet-id', Values: [...subnetIds]}]}
  const pages = await allPages(paginateDescribeSubnets({client: ec2, pageSize}, query, {abortSignal: signal}))
  const found = pages.flatMap(({Subnets = []}) => Subnets).filter(({SubnetId = ''}) => subnetIds.includes(SubnetId))
  const missing = subnetIds.filter((id) => !found.some(({SubnetId}) => SubnetId === id))
  if (missing.length > 0) {
    throw new InputError('subnet-ids', `this account has no subnet ${missing.join(', ')} in ${region}`)
  }
  const vpcIds = new Set(found.map(({VpcId}) => VpcId ?? ''))
  if (vpcIds.size > 1) {
    const where = found.map(({SubnetId, VpcId}) => `${SubnetId} in ${VpcId}`).toSorted()
    throw new InputError(
      'subnet-ids',
      `must be in one VPC, because the bake makes one security group for them: ${where.join(', ')}`
    )
  }
  return [...vpcIds][0] ?? ''
}

/** @returns undefined where there is no such VPC, or no default one when no id is given */
export async function findVpc(ec2: EC2Client, id: string | undefined, signal: AbortSignal): Promise<Vpc | undefined> {
  const filter: Filter = id === undefined ? {Name: 'is-default', Values: ['true']} : {Name: 'vpc-id', Values: [id]}
  const query = {Filters: [filter]}
  const pages = await allPages(paginateDescribeVpcs({client: ec2, pageSize}, query, {abortSignal: signal}))
  const vpc = pages
    .flatMap(({Vpcs = []}) => Vpcs)
    .find(({VpcId, IsDefault}) => (id === undefined ? IsDefault === true : VpcId === id))
  if (!vpc?.VpcId) return undefined
  const all = [vpc.CidrBlock, ...(vpc.CidrBlockAssociationSet ?? []).map(({CidrBlock}) => CidrBlock)]
  return {id: vpc.VpcId, cidrs: [...new Set(all.flatMap((cidr) => cidr ?? []))]}
}
