import {
  type EC2Client,
  type Filter,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeSecurityGroups,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
  DescribeKeyPairsCommand
} from '@aws-sdk/client-ec2'
import type {Resource} from './ledger.ts'

/** A resource as AWS describes it. */
export interface Described extends Resource {
  /** Empty for what has no state. */
  readonly state: string
  /** Absent where AWS does not tell. */
  readonly created?: Date | undefined
  /** Of an image. */
  readonly snapshotIds?: readonly string[]
}

export interface Reader {
  readonly client: EC2Client
  readonly abortSignal: AbortSignal
}

/** All resources of one type that fit the filters; several values of a filter are joined by "or", several filters by "and". */
export type Search = (reader: Reader, Filters: Filter[]) => Promise<Described[]>

/** Terminated instances are among them: they lead to the images that were made of them. */
export const instancesBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await all(paginateDescribeInstances({client}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .map(({InstanceId = '', State, LaunchTime}) => ({
      type: 'instance',
      id: InstanceId,
      state: State?.Name ?? '',
      created: LaunchTime
    }))
}

export const volumesBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await all(paginateDescribeVolumes({client}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.Volumes ?? [])
    .filter(({State}) => State !== 'deleting' && State !== 'deleted')
    .map(({VolumeId = '', State = '', CreateTime}) => ({
      type: 'volume',
      id: VolumeId,
      state: State,
      created: CreateTime
    }))
}

export const imagesBy: Search = async ({client, abortSignal}, Filters) => {
  const query = {Filters, Owners: ['self'], IncludeDeprecated: true}
  const pages = await all(paginateDescribeImages({client}, query, {abortSignal}))
  return pages
    .flatMap((page) => page.Images ?? [])
    .filter(({State}) => State !== 'deregistered')
    .map(({ImageId = '', State = '', CreationDate = '', BlockDeviceMappings = []}) => ({
      type: 'image',
      id: ImageId,
      state: State,
      created: new Date(CreationDate),
      snapshotIds: BlockDeviceMappings.flatMap(({Ebs}) => Ebs?.SnapshotId ?? [])
    }))
}

export const snapshotsBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await all(paginateDescribeSnapshots({client}, {Filters, OwnerIds: ['self']}, {abortSignal}))
  return pages
    .flatMap((page) => page.Snapshots ?? [])
    .map(({SnapshotId = '', State = '', StartTime}) => ({
      type: 'snapshot',
      id: SnapshotId,
      state: State,
      created: StartTime
    }))
}

export const securityGroupsBy: Search = async ({client, abortSignal}, Filters) => {
  const pages = await all(paginateDescribeSecurityGroups({client}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.SecurityGroups ?? [])
    .map(({GroupId = ''}) => ({type: 'security-group', id: GroupId, state: ''}))
}

export const keyPairsBy: Search = async ({client, abortSignal}, Filters) => {
  const {KeyPairs = []} = await client.send(new DescribeKeyPairsCommand({Filters}), {abortSignal})
  return KeyPairs.map(({KeyPairId = '', CreateTime}) => ({
    type: 'key-pair',
    id: KeyPairId,
    state: '',
    created: CreateTime
  }))
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const page of pages) collected.push(page)
  return collected
}
