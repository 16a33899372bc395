import type {Place, Shortages} from '../cloud.ts'
import {AwsError} from '../protocol/errors.ts'
import {findInstanceType} from './instance-types.ts'
import type {LaunchPlan} from './launch-plan.ts'
import type {Ec2Cloud} from './store.ts'

const lies = (places: readonly Place[] | undefined, type: string, zone: string): boolean =>
  (places ?? []).some((place) => place.instanceType === type && (place.zone === undefined || place.zone === zone))

export const isOffered = ({notOffered}: Shortages, type: string, zone: string): boolean => !lies(notOffered, type, zone)

export const hasCapacity = ({noCapacity}: Shortages, type: string, zone: string): boolean =>
  !lies(noCapacity, type, zone)

export const startsHere = ({noCapacityAtStart}: Shortages, type: string, zone: string): boolean =>
  !lies(noCapacityAtStart, type, zone)

/** Of a machine that EC2 began to start and had no room for (EC2 user guide, "Instance terminates immediately"). */
export const endedForCapacity = {
  Code: 'Server.InsufficientInstanceCapacity',
  Message: 'Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request'
}

/** @throws AwsError VcpuLimitExceeded, MaxSpotInstanceCountExceeded, InsufficientFreeAddressesInSubnet, InsufficientInstanceCapacity */
export function checkSupply(cloud: Ec2Cloud, {type, count, subnet, spot}: LaunchPlan): void {
  const {shortages} = cloud
  if (shortages.fullSubnets?.includes(subnet.zone)) {
    throw new AwsError(
      'InsufficientFreeAddressesInSubnet',
      'The specified subnet does not have enough free addresses to satisfy the request.'
    )
  }
  const wanted = findInstanceType(type).vcpus * count
  if (shortages.vcpus !== undefined && usedVcpus(cloud) + wanted > shortages.vcpus) {
    if (spot) throw new AwsError('MaxSpotInstanceCountExceeded', 'Max spot instance count exceeded')
    throw new AwsError('VcpuLimitExceeded', vcpuText(shortages.vcpus))
  }
  if (hasCapacity(shortages, type, subnet.zone)) return
  const message = spot
    ? 'There is no Spot capacity available that matches your request.'
    : `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${subnet.zone}). Our system will be working on provisioning additional capacity.`
  throw new AwsError('InsufficientInstanceCapacity', message, 500)
}

function usedVcpus({instances}: Ec2Cloud): number {
  return [...instances.values()]
    .filter(({state}) => state === 'pending' || state === 'running')
    .reduce((sum, {type}) => sum + findInstanceType(type).vcpus, 0)
}

const vcpuText = (limit: number): string =>
  `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`

export const notSupported = (type: string, zone: string | undefined): AwsError =>
  new AwsError(
    'Unsupported',
    `Your requested instance type (${type}) is not supported in your requested Availability Zone${zone === undefined ? '' : ` (${zone})`}.`
  )

export const noDefaultVpc = (): AwsError =>
  new AwsError(
    'VPCIdNotSpecified',
    'No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.'
  )
