import type {Image} from '@aws-sdk/client-ec2'
import type {FilterTable} from './listing.ts'
import type {Ec2Cloud, ImageRecord} from '../state/store.ts'
import {tagSet} from '../state/tags.ts'

export function describeImage(cloud: Ec2Cloud, image: ImageRecord): Image {
  return {
    ImageId: image.id,
    ImageLocation: `${image.ownerId}/${image.name}`,
    ImageType: 'machine',
    Architecture: image.architecture,
    BlockDeviceMappings: [...image.mappings],
    BootMode: image.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    CreationDate: image.creationDate.toISOString(),
    DeprecationTime: image.deprecationTime?.toISOString(),
    DeregistrationProtection: describeProtection(image),
    Description: image.description,
    EnaSupport: true,
    Hypervisor: 'xen',
    ImageOwnerAlias: image.ownerAlias,
    ImdsSupport: image.imdsSupport,
    LastLaunchedTime: lastLaunched(cloud, image)?.toISOString(),
    Name: image.name,
    OwnerId: image.ownerId,
    Platform: image.platform,
    PlatformDetails: image.platform ? 'Windows' : 'Linux/UNIX',
    Public: image.isPublic || image.launchableByAll,
    RootDeviceName: image.rootDeviceName,
    RootDeviceType: 'ebs',
    SourceImageId: image.sourceImageId,
    SourceImageRegion: image.sourceImageRegion,
    SourceInstanceId: image.sourceInstanceId,
    SriovNetSupport: 'simple',
    State: image.state,
    StateReason: image.stateReason,
    Tags: tagSet(cloud, image.id),
    UsageOperation: 'RunInstances',
    VirtualizationType: 'hvm'
  }
}

/** "There is a 24-hour delay before that usage is reported" (EC2 API reference, Image). */
function lastLaunched({now}: Ec2Cloud, {lastLaunched: time}: ImageRecord): Date | undefined {
  const dayMs = 24 * 3_600_000
  return time && now().getTime() - time.getTime() >= dayMs ? time : undefined
}

export const imageFilters: FilterTable<Image> = {
  architecture: (image) => image.Architecture,
  'block-device-mapping.delete-on-termination': (image) =>
    image.BlockDeviceMappings?.map((d) => d.Ebs?.DeleteOnTermination),
  'block-device-mapping.device-name': (image) => image.BlockDeviceMappings?.map((d) => d.DeviceName),
  'block-device-mapping.encrypted': (image) => image.BlockDeviceMappings?.map((d) => d.Ebs?.Encrypted),
  'block-device-mapping.snapshot-id': (image) => image.BlockDeviceMappings?.map((d) => d.Ebs?.SnapshotId),
  'block-device-mapping.volume-size': (image) => image.BlockDeviceMappings?.map((d) => d.Ebs?.VolumeSize),
  'block-device-mapping.volume-type': (image) => image.BlockDeviceMappings?.map((d) => d.Ebs?.VolumeType),
  'creation-date': (image) => image.CreationDate,
  description: (image) => image.Description,
  'ena-support': (image) => image.EnaSupport,
  hypervisor: (image) => image.Hypervisor,
  'image-id': (image) => image.ImageId,
  'image-type': (image) => image.ImageType,
  'is-public': (image) => image.Public,
  'manifest-location': (image) => image.ImageLocation,
  name: (image) => image.Name,
  'owner-alias': (image) => image.ImageOwnerAlias,
  'owner-id': (image) => image.OwnerId,
  // The only value of this filter is `windows` (EC2 API reference, DescribeImages).
  platform: (image) => image.Platform?.toLowerCase(),
  'root-device-name': (image) => image.RootDeviceName,
  'root-device-type': (image) => image.RootDeviceType,
  'source-image-id': (image) => image.SourceImageId,
  'source-image-region': (image) => image.SourceImageRegion,
  'source-instance-id': (image) => image.SourceInstanceId,
  state: (image) => image.State,
  'state-reason-code': (image) => image.StateReason?.Code,
  'state-reason-message': (image) => image.StateReason?.Message,
  'virtualization-type': (image) => image.VirtualizationType
}

export function describeProtection({protection}: ImageRecord): string {
  if (!protection || protection.endsAt) return 'disabled'
  return protection.cooldown ? 'enabled-with-cooldown' : 'enabled-without-cooldown'
}
