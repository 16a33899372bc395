import {
  type EC2Client,
  type Filter,
  type Image,
  type Instance,
  type Tag,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeSecurityGroups,
  paginateDescribeSnapshots,
  paginateDescribeSpotInstanceRequests,
  paginateDescribeVolumes,
  DescribeKeyPairsCommand
} from '@aws-sdk/client-ec2'
import {allPages, pageSize, templatePageSize} from './calls.ts'
import type {Tags} from './tags.ts'

export const resourceTypes = [
  'instance',
  'spot-request',
  'launch-template',
  'volume',
  'image',
  'snapshot',
  'security-group',
  'key-pair',
  'instance-profile',
  'role'
] as const

export type ResourceType = (typeof resourceTypes)[number]

export interface Resource {
  readonly type: ResourceType
  /** An instance profile's and a role's name. */
  readonly id: string
  /** Absent: the bake's own. */
  readonly region?: string
}

/** An image in this account. */
export interface RegionalImage {
  readonly region: string
  readonly id: string
  readonly name: string
  readonly created: Date
  /** Those that this bake made. */
  readonly snapshotIds: readonly string[]
}

/** @param home the bake's region, which resources need not name */
export function resourcesOf({region, id, snapshotIds}: RegionalImage, home: string): Resource[] {
  const elsewhere = region === home ? {} : {region}
  return [
    {type: 'image', id, ...elsewhere},
    ...snapshotIds.map((snapshot) => ({type: 'snapshot' as const, id: snapshot, ...elsewhere}))
  ]
}

/** A resource as AWS describes it. */
export interface Described extends Resource {
  /** Empty for what has no state. */
  readonly state: string
  /** Absent where AWS does not tell. */
  readonly created?: Date | undefined
  readonly tags: Tags
  /** Of what has a name beside its id. */
  readonly name?: string | undefined
  /** Of a security group. */
  readonly vpcId?: string | undefined
  /** Of an image. */
  readonly snapshotIds?: readonly string[]
  /** Of an image: whether one of its snapshots is. */
  readonly isEncrypted?: boolean
  /** Of an image: what it boots from. */
  readonly rootSnapshotId?: string | undefined
  /** Of an image that CreateImage made, and no copy: what instance it was made of. */
  readonly sourceInstanceId?: string | undefined
  /** Of a copy; of an image that CreateImage made, what its instance was launched from. */
  readonly sourceImageId?: string | undefined
  /** Of a snapshot, also when the volume is gone; a copy has one that there never was. */
  readonly volumeId?: string | undefined
  /** Of a snapshot. */
  readonly description?: string | undefined
  /** Of a volume that is attached, and of a spot request. */
  readonly instanceIds?: readonly string[]
  /** Of an instance, of a spot request, and of what a launch template launches. */
  readonly keyName?: string | undefined
  /** Of an instance that still has its place in the network. */
  readonly groupNames?: readonly string[]
  readonly groupIds?: readonly string[]
}

export interface Reader {
  readonly client: EC2Client
  readonly abortSignal: AbortSignal
}

/** All resources of one type that fit the filters; several values of a filter are joined by "or", several filters by "and". */
export type Search = (reader: Reader, Filters: Filter[]) => Promise<Described[]>

/** Terminated instances are among them: they lead to the images that were made of them. */
export const instancesBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(paginateDescribeInstances({client, pageSize}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .map((instance) => ({
      type: 'instance',
      id: instance.InstanceId ?? '',
      state: instance.State?.Name ?? '',
      created: firstLaunch(instance),
      tags: tagsOf(instance.Tags),
      keyName: instance.KeyName,
      groupNames: (instance.SecurityGroups ?? []).flatMap(({GroupName}) => GroupName ?? []),
      groupIds: (instance.SecurityGroups ?? []).flatMap(({GroupId}) => GroupId ?? [])
    }))
}

/** `LaunchTime` is the last start's. What an instance has had from the beginning was attached at the first one's. */
function firstLaunch({LaunchTime, NetworkInterfaces = [], BlockDeviceMappings = []}: Instance): Date | undefined {
  const attached = [...NetworkInterfaces.map(({Attachment}) => Attachment), ...BlockDeviceMappings.map(({Ebs}) => Ebs)]
  const times = [LaunchTime, ...attached.map((one) => one?.AttachTime)].flatMap((time) => time?.getTime() ?? [])
  return times.length > 0 ? new Date(Math.min(...times)) : undefined
}

export const volumesBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(paginateDescribeVolumes({client, pageSize}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.Volumes ?? [])
    .filter(({State}) => State !== 'deleting' && State !== 'deleted')
    .map(({VolumeId = '', State = '', CreateTime, Attachments = [], Tags}) => ({
      type: 'volume',
      id: VolumeId,
      state: State,
      created: CreateTime,
      tags: tagsOf(Tags),
      instanceIds: Attachments.flatMap(({InstanceId}) => InstanceId ?? [])
    }))
}

export const imagesBy: Search = async ({client, abortSignal}, Filters) => {
  const query = {Filters, Owners: ['self'], IncludeDeprecated: true, IncludeDisabled: true}
  const pages = await allPages(paginateDescribeImages({client, pageSize}, query, {abortSignal}))
  return pages
    .flatMap((page) => page.Images ?? [])
    .filter(({State}) => State !== 'deregistered')
    .map(describedImage)
}

/** An image as DescribeImages shows it. */
export function describedImage({BlockDeviceMappings: mappings = [], RootDeviceName: root, ...image}: Image): Described {
  return {
    type: 'image',
    id: image.ImageId ?? '',
    state: image.State ?? '',
    created: new Date(image.CreationDate ?? ''),
    tags: tagsOf(image.Tags),
    name: image.Name,
    snapshotIds: mappings.flatMap(({Ebs}) => Ebs?.SnapshotId ?? []),
    isEncrypted: mappings.some(({Ebs}) => Ebs?.Encrypted === true),
    rootSnapshotId: mappings.find(({DeviceName}) => DeviceName === root)?.Ebs?.SnapshotId,
    sourceInstanceId: image.SourceInstanceId,
    sourceImageId: image.SourceImageId
  }
}

export const snapshotsBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(
    paginateDescribeSnapshots({client, pageSize}, {Filters, OwnerIds: ['self']}, {abortSignal})
  )
  return pages
    .flatMap((page) => page.Snapshots ?? [])
    .map(({SnapshotId = '', State = '', StartTime, VolumeId, Description, Tags}) => ({
      type: 'snapshot',
      id: SnapshotId,
      state: State,
      created: StartTime,
      tags: tagsOf(Tags),
      volumeId: VolumeId,
      description: Description
    }))
}

export const securityGroupsBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(paginateDescribeSecurityGroups({client, pageSize}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.SecurityGroups ?? [])
    .map(({GroupId = '', GroupName, VpcId, Tags}) => ({
      type: 'security-group',
      id: GroupId,
      state: '',
      tags: tagsOf(Tags),
      name: GroupName,
      vpcId: VpcId
    }))
}

/** AWS gives no pages of key pairs. */
export const keyPairsBy: Search = async ({client, abortSignal}, Filters) => {
  const {KeyPairs = []} = await client.send(new DescribeKeyPairsCommand({Filters}), {abortSignal})
  return KeyPairs.map(({KeyPairId = '', KeyName, CreateTime, Tags}) => ({
    type: 'key-pair',
    id: KeyPairId,
    state: '',
    created: CreateTime,
    tags: tagsOf(Tags),
    name: KeyName
  }))
}

export const launchTemplatesBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(
    paginateDescribeLaunchTemplates({client, pageSize: templatePageSize}, {Filters}, {abortSignal})
  )
  return pages
    .flatMap((page) => page.LaunchTemplates ?? [])
    .map(({LaunchTemplateId = '', LaunchTemplateName, CreateTime, Tags}) => ({
      type: 'launch-template',
      id: LaunchTemplateId,
      state: '',
      created: CreateTime,
      tags: tagsOf(Tags),
      name: LaunchTemplateName
    }))
}

/** Those that can still launch something; the others are history. */
export const spotRequestsBy: Search = async ({client, abortSignal}, Filters) => {
  const query = {Filters: [...Filters, {Name: 'state', Values: ['open', 'active']}]}
  const pages = await allPages(paginateDescribeSpotInstanceRequests({client, pageSize}, query, {abortSignal}))
  return pages
    .flatMap((page) => page.SpotInstanceRequests ?? [])
    .map(({SpotInstanceRequestId = '', State = '', CreateTime, InstanceId, LaunchSpecification, Tags}) => ({
      type: 'spot-request',
      id: SpotInstanceRequestId,
      state: State,
      created: CreateTime,
      tags: tagsOf(Tags),
      instanceIds: InstanceId === undefined ? [] : [InstanceId],
      keyName: LaunchSpecification?.KeyName
    }))
}

export function tagsOf(tags: readonly Tag[] = []): Tags {
  return Object.fromEntries(tags.map(({Key = '', Value = ''}) => [Key, Value]))
}
