import {AwsError} from '../../protocol/errors.ts'
import {findInstanceType} from '../state/instance-types.ts'
import {hasCapacity} from '../state/shortages.ts'
import type {Ec2Cloud} from '../state/store.ts'
import type {LaunchPlan} from './launch.ts'

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
