import {
  type EC2Client,
  type Filter,
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
import {allPages, pageSize, templatePageSize} from '../ec2/pages.ts'
import type {Tags} from '../image/tags.ts'
import type {Resource} from './ledger.ts'

/** A resource as AWS describes it. */
export interface Described extends Resource {
  /** Empty for what has no state. */
  readonly state: string
  /** Absent where AWS does not tell. */
  readonly created?: Date | undefined
  readonly tags: Tags
  /** Of an image. */
  readonly snapshotIds?: readonly string[]
  /** Of an image that CreateImage made, and no copy: what instance it was made of. */
  readonly sourceInstanceId?: string | undefined
  /** Of an instance. */
  readonly keyName?: string | undefined
  /** Of an instance that still has its place in the network. */
  readonly groupNames?: readonly string[]
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
    .map(({InstanceId = '', State, LaunchTime, KeyName, SecurityGroups = [], Tags}) => ({
      type: 'instance',
      id: InstanceId,
      state: State?.Name ?? '',
      created: LaunchTime,
      tags: tagsOf(Tags),
      keyName: KeyName,
      groupNames: SecurityGroups.flatMap(({GroupName}) => GroupName ?? [])
    }))
}

export const volumesBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(paginateDescribeVolumes({client, pageSize}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.Volumes ?? [])
    .filter(({State}) => State !== 'deleting' && State !== 'deleted')
    .map(({VolumeId = '', State = '', CreateTime, Tags}) => ({
      type: 'volume',
      id: VolumeId,
      state: State,
      created: CreateTime,
      tags: tagsOf(Tags)
    }))
}

export const imagesBy: Search = async ({client, abortSignal}, Filters) => {
  const query = {Filters, Owners: ['self'], IncludeDeprecated: true}
  const pages = await allPages(paginateDescribeImages({client, pageSize}, query, {abortSignal}))
  return pages
    .flatMap((page) => page.Images ?? [])
    .filter(({State}) => State !== 'deregistered')
    .map(({ImageId = '', State = '', CreationDate = '', BlockDeviceMappings = [], SourceInstanceId, Tags}) => ({
      type: 'image',
      id: ImageId,
      state: State,
      created: new Date(CreationDate),
      tags: tagsOf(Tags),
      snapshotIds: BlockDeviceMappings.flatMap(({Ebs}) => Ebs?.SnapshotId ?? []),
      sourceInstanceId: SourceInstanceId
    }))
}

export const snapshotsBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(
    paginateDescribeSnapshots({client, pageSize}, {Filters, OwnerIds: ['self']}, {abortSignal})
  )
  return pages
    .flatMap((page) => page.Snapshots ?? [])
    .map(({SnapshotId = '', State = '', StartTime, Tags}) => ({
      type: 'snapshot',
      id: SnapshotId,
      state: State,
      created: StartTime,
      tags: tagsOf(Tags)
    }))
}

export const securityGroupsBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(paginateDescribeSecurityGroups({client, pageSize}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.SecurityGroups ?? [])
    .map(({GroupId = '', Tags}) => ({type: 'security-group', id: GroupId, state: '', tags: tagsOf(Tags)}))
}

/** AWS gives no pages of key pairs. */
export const keyPairsBy: Search = async ({client, abortSignal}, Filters) => {
  const {KeyPairs = []} = await client.send(new DescribeKeyPairsCommand({Filters}), {abortSignal})
  return KeyPairs.map(({KeyPairId = '', CreateTime, Tags}) => ({
    type: 'key-pair',
    id: KeyPairId,
    state: '',
    created: CreateTime,
    tags: tagsOf(Tags)
  }))
}

export const launchTemplatesBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await allPages(
    paginateDescribeLaunchTemplates({client, pageSize: templatePageSize}, {Filters}, {abortSignal})
  )
  return pages
    .flatMap((page) => page.LaunchTemplates ?? [])
    .map(({LaunchTemplateId = '', CreateTime, Tags}) => ({
      type: 'launch-template',
      id: LaunchTemplateId,
      state: '',
      created: CreateTime,
      tags: tagsOf(Tags)
    }))
}

/** Those that can still launch something; the others are history. */
export const spotRequestsBy: Search = async ({client, abortSignal}, Filters) => {
  const query = {Filters: [...Filters, {Name: 'state', Values: ['open', 'active']}]}
  const pages = await allPages(paginateDescribeSpotInstanceRequests({client, pageSize}, query, {abortSignal}))
  return pages
    .flatMap((page) => page.SpotInstanceRequests ?? [])
    .map(({SpotInstanceRequestId = '', State = '', CreateTime, Tags}) => ({
      type: 'spot-request',
      id: SpotInstanceRequestId,
      state: State,
      created: CreateTime,
      tags: tagsOf(Tags)
    }))
}

function tagsOf(tags: readonly Tag[] = []): Tags {
  return Object.fromEntries(tags.map(({Key = '', Value = ''}) => [Key, Value]))
}
