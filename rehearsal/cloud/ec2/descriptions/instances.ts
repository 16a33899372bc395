import type {Instance, InstanceBlockDeviceMapping, InstanceStateName} from '@aws-sdk/client-ec2'
import {findInstanceType} from '../state/instance-types.ts'
import {isCurrent} from '../state/instances.ts'
import type {Ec2Cloud, InstanceRecord} from '../state/store.ts'
import {tagSet} from '../state/tags.ts'
import type {FilterTable} from './listing.ts'

/** EC2's numbers of the states. */
const stateCodes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80
}

export const stateOf = (name: InstanceStateName): {Code: number; Name: InstanceStateName} => ({
  Code: stateCodes[name],
  Name: name
})

export function describeInstance(cloud: Ec2Cloud, instance: InstanceRecord): Instance {
  const {nitro} = findInstanceType(instance.type)
  return {
    InstanceId: instance.id,
    ImageId: instance.imageId,
    InstanceType: instance.type,
    AmiLaunchIndex: instance.launchIndex,
    Architecture: instance.architecture,
    BootMode: instance.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    ClientToken: instance.clientToken ?? '',
    EbsOptimized: false,
    EnaSupport: true,
    Hypervisor: 'xen',
    IamInstanceProfile: instance.profile,
    InstanceLifecycle: instance.spotRequestId === undefined ? undefined : 'spot',
    KeyName: instance.keyName,
    LaunchTime: instance.launchTime,
    MetadataOptions: instance.metadata,
    Monitoring: {State: 'disabled'},
    Placement: {
      AvailabilityZone: cloud.network.subnets.get(instance.subnetId)?.zone,
      GroupName: '',
      Tenancy: 'default'
    },
    Platform: instance.platform,
    PlatformDetails: instance.platform ? 'Windows' : 'Linux/UNIX',
    ProductCodes: [],
    RootDeviceName: instance.rootDeviceName,
    RootDeviceType: 'ebs',
    SpotInstanceRequestId: instance.spotRequestId,
    State: stateOf(instance.state),
    StateReason: instance.stateReason,
    StateTransitionReason: instance.transitionReason,
    Tags: tagSet(cloud, instance.id),
    UsageOperation: 'RunInstances',
    VirtualizationType: 'hvm',
    CpuOptions: {CoreCount: 1, ThreadsPerCore: nitro && instance.architecture === 'x86_64' ? 2 : 1},
    ...(isCurrent(instance)
      ? placeInNetwork(cloud, instance)
      : {PublicDnsName: '', BlockDeviceMappings: [], NetworkInterfaces: [], SecurityGroups: []})
  }
}

function placeInNetwork(cloud: Ec2Cloud, instance: InstanceRecord): Partial<Instance> {
  const {id, groupIds, subnetId, machine, hasPublicAddress} = instance
  const address = machine?.address
  const isOn = instance.state === 'running' || instance.state === 'pending'
  const groups = groupIds.map((groupId) => ({GroupId: groupId, GroupName: cloud.groups.get(groupId)?.name}))
  const networkInterface = cloud.interfaces.get(instance.interfaceId)
  return {
    VpcId: cloud.network.vpcId,
    SubnetId: subnetId,
    SourceDestCheck: true,
    SecurityGroups: groups,
    PrivateIpAddress: address,
    PrivateDnsName: address === undefined ? '' : `ip-${address.replaceAll('.', '-')}.${cloud.region}.compute.internal`,
    // A machine has one address, private and public alike.
    PublicIpAddress: isOn && hasPublicAddress ? address : undefined,
    // The address stands in for EC2's name of it, which nobody resolves here.
    PublicDnsName: isOn && hasPublicAddress ? (address ?? '') : '',
    BlockDeviceMappings: attachedVolumes(cloud, id),
    NetworkInterfaces: networkInterface && [
      {
        NetworkInterfaceId: networkInterface.id,
        Attachment: {
          AttachmentId: networkInterface.attachmentId,
          AttachTime: networkInterface.attachTime,
          DeleteOnTermination: true,
          DeviceIndex: 0,
          NetworkCardIndex: 0,
          Status: instance.state === 'pending' ? 'attaching' : 'attached'
        },
        Description: '',
        Groups: groups,
        InterfaceType: 'interface',
        Ipv6Addresses: [],
        MacAddress: networkInterface.macAddress,
        OwnerId: cloud.accountId,
        PrivateIpAddress: address,
        PrivateIpAddresses: address === undefined ? [] : [{Primary: true, PrivateIpAddress: address}],
        SourceDestCheck: true,
        Status: 'in-use',
        SubnetId: subnetId,
        VpcId: cloud.network.vpcId
      }
    ]
  }
}

function attachedVolumes({volumes}: Ec2Cloud, instanceId: string): InstanceBlockDeviceMapping[] {
  return [...volumes.values()].flatMap(({id, attachment}) =>
    attachment?.instanceId === instanceId
      ? [
          {
            DeviceName: attachment.device,
            Ebs: {
              VolumeId: id,
              AttachTime: attachment.attachTime,
              DeleteOnTermination: attachment.deleteOnTermination,
              Status: 'attached' as const
            }
          }
        ]
      : []
  )
}

/** An instance with what its reservation says of it. */
export type InstanceInReservation = Instance & {readonly ReservationId: string; readonly OwnerId: string}

export const instanceFilters: FilterTable<InstanceInReservation> = {
  architecture: (one) => one.Architecture,
  'availability-zone': (one) => one.Placement?.AvailabilityZone,
  'block-device-mapping.delete-on-termination': (one) =>
    one.BlockDeviceMappings?.map((d) => d.Ebs?.DeleteOnTermination),
  'block-device-mapping.device-name': (one) => one.BlockDeviceMappings?.map((d) => d.DeviceName),
  'block-device-mapping.status': (one) => one.BlockDeviceMappings?.map((d) => d.Ebs?.Status),
  'block-device-mapping.volume-id': (one) => one.BlockDeviceMappings?.map((d) => d.Ebs?.VolumeId),
  'client-token': (one) => one.ClientToken,
  'dns-name': (one) => one.PublicDnsName,
  hypervisor: (one) => one.Hypervisor,
  'iam-instance-profile.arn': (one) => one.IamInstanceProfile?.Arn,
  'iam-instance-profile.name': (one) => one.IamInstanceProfile?.Arn?.split('/').at(-1),
  'image-id': (one) => one.ImageId,
  'instance-id': (one) => one.InstanceId,
  'instance-lifecycle': (one) => one.InstanceLifecycle,
  'instance-state-code': (one) => one.State?.Code,
  'instance-state-name': (one) => one.State?.Name,
  'instance-type': (one) => one.InstanceType,
  'instance.group-id': (one) => one.SecurityGroups?.map((group) => group.GroupId),
  'instance.group-name': (one) => one.SecurityGroups?.map((group) => group.GroupName),
  'ip-address': (one) => one.PublicIpAddress,
  'key-name': (one) => one.KeyName,
  'launch-index': (one) => one.AmiLaunchIndex,
  'launch-time': (one) => one.LaunchTime,
  'metadata-options.http-endpoint': (one) => one.MetadataOptions?.HttpEndpoint,
  'metadata-options.http-put-response-hop-limit': (one) => one.MetadataOptions?.HttpPutResponseHopLimit,
  'metadata-options.http-tokens': (one) => one.MetadataOptions?.HttpTokens,
  'network-interface.group-id': (one) => one.NetworkInterfaces?.flatMap((i) => i.Groups?.map((g) => g.GroupId)),
  'network-interface.network-interface-id': (one) => one.NetworkInterfaces?.map((i) => i.NetworkInterfaceId),
  'network-interface.subnet-id': (one) => one.NetworkInterfaces?.map((i) => i.SubnetId),
  'network-interface.vpc-id': (one) => one.NetworkInterfaces?.map((i) => i.VpcId),
  'owner-id': (one) => one.OwnerId,
  // The only value of this filter is `windows` (EC2 API reference, DescribeInstances).
  platform: (one) => one.Platform?.toLowerCase(),
  'platform-details': (one) => one.PlatformDetails,
  'private-dns-name': (one) => one.PrivateDnsName,
  'private-ip-address': (one) => one.PrivateIpAddress,
  reason: (one) => one.StateTransitionReason,
  'reservation-id': (one) => one.ReservationId,
  'root-device-name': (one) => one.RootDeviceName,
  'root-device-type': (one) => one.RootDeviceType,
  'spot-instance-request-id': (one) => one.SpotInstanceRequestId,
  'state-reason-code': (one) => one.StateReason?.Code,
  'subnet-id': (one) => one.SubnetId,
  tenancy: (one) => one.Placement?.Tenancy,
  'virtualization-type': (one) => one.VirtualizationType,
  'vpc-id': (one) => one.VpcId
}
