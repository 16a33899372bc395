import type {RunInstancesCommandInput} from '@aws-sdk/client-ec2'
import type {Reach} from './reach.ts'

/**
 * The part of a launch that says where, as the shipped template's builder sends it (templates/jenkins, ssh_interface
 * and associate_public_ip_address; packer-plugin-amazon, step_run_source_instance). In a given subnet, a machine gets a
 * public address only if it is reached by one; otherwise the subnet decides.
 *
 * @param groupIds empty for the VPC's default group
 */
export function placement(
  {via}: Pick<Reach, 'via'>,
  subnetId: string | undefined,
  groupIds: readonly string[]
): Pick<RunInstancesCommandInput, 'NetworkInterfaces' | 'SecurityGroupIds' | 'SubnetId'> {
  const groups = groupIds.length > 0 ? [...groupIds] : undefined
  if (subnetId === undefined || via === 'session-manager') {
    return {...(subnetId ? {SubnetId: subnetId} : {}), ...(groups ? {SecurityGroupIds: groups} : {})}
  }
  const primary = {
    DeviceIndex: 0,
    SubnetId: subnetId,
    AssociatePublicIpAddress: via === 'public-ip',
    DeleteOnTermination: true
  }
  return {NetworkInterfaces: [{...primary, ...(groups ? {Groups: groups} : {})}]}
}
