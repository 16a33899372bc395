import type {Ec2Cloud, InstanceRecord} from './store.ts'
import type {Touched} from './touched.ts'

/** Whether the instance still has its place in the network. */
export const isCurrent = ({state}: InstanceRecord): boolean => state !== 'terminated'

/** The instance as a call's authorization sees it. */
export function touchedInstance(cloud: Ec2Cloud, {id, type, subnetId, metadata}: InstanceRecord): Touched {
  return {
    type: 'instance',
    id,
    context: {
      'ec2:AvailabilityZone': cloud.network.subnets.get(subnetId)?.zone ?? '',
      'ec2:InstanceType': type,
      'ec2:MetadataHttpTokens': metadata.HttpTokens ?? 'optional',
      'ec2:RootDeviceType': 'ebs',
      'ec2:Tenancy': 'default'
    }
  }
}
