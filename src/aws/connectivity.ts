import type {RunInstancesCommandInput} from '@aws-sdk/client-ec2'

export type ConnectVia = 'public-ip' | 'private-ip' | 'session-manager'

/** Where a bake's machines are, and how they are reached. */
export interface Reach {
  readonly via: ConnectVia
  /** Who may reach them, as IPv4 ranges. Empty: nobody, and no port is opened. */
  readonly cidrs: readonly string[]
  /** Tried in turn. Empty: EC2 takes one of the default VPC. */
  readonly subnetIds: readonly string[]
  /** The subnets' VPC; absent: the default one. */
  readonly vpcId?: string
  /** This runner seems to connect from addresses that are not let in. */
  readonly doubtful: boolean
}

/** Who may reach the machines, in words. */
export function letIn({via, cidrs}: Pick<Reach, 'via' | 'cidrs'>): string {
  return via === 'session-manager' ? 'nobody (session-manager opens no port)' : cidrs.join(', ')
}

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
