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
import {tagKeys} from '../image/tags.ts'
import {messageOf} from '../report/errors.ts'
import type {Ledger, Resource, ResourceType} from './ledger.ts'

/** A resource of this bake that still exists. */
export interface Found extends Resource {
  /** As AWS tells it; empty for what has no state. */
  readonly state: string
}

/** Something that is in the account, or may be, and why it is. */
export interface Leftover extends Found {
  readonly reason: string
}

export interface Findings {
  readonly found: readonly Found[]
  /** One for each type that could not be looked for; the other types are not given up for it. */
  readonly unseen: readonly Leftover[]
}

/**
 * Everything of this bake that exists now: by tag, by the ids in the ledger, and, for templates without our tags, by
 * the temporary names that Packer announced. What was released is not among it.
 *
 * Ids are looked for with filters, because asking for an id that is gone is an error and a filter is not.
 */
export async function findResources(
  client: EC2Client,
  bakeId: string,
  ledger: Ledger,
  abortSignal: AbortSignal
): Promise<Findings> {
  const announced = ledger.announced
  const tagged = filter(`tag:${tagKeys.bake}`, [bakeId])
  const recorded = (type: ResourceType): string[] =>
    ledger.resources.flatMap((resource) => (resource.type === type ? [resource.id] : []))

  const unseen: Leftover[] = []
  /** Several searches as one: filters of one request are joined by "and", so each gets a request. */
  const look = async <T extends Found>(type: ResourceType, search: Search<T>, filters: Filter[]): Promise<T[]> => {
    try {
      const searches = filters.filter(({Values}) => Values?.length).map((one) => search({client, abortSignal}, [one]))
      const results = await Promise.all(searches)
      return [...new Map(results.flat().map((found) => [found.id, found])).values()]
    } catch (error) {
      unseen.push({type, id: '(unknown)', state: '', reason: `it could not be looked for: ${messageOf(error)}`})
      return []
    }
  }

  const instances = await look('instance', instancesBy, [
    tagged,
    filter('instance-id', recorded('instance')),
    filter('key-name', announced.keyPairs)
  ])
  // Also of those that are gone: they lead to the images that were made of them.
  const instanceIds = [...new Set([...recorded('instance'), ...instances.map(({id}) => id)])]
  const [volumes, images, groups, keyPairs] = await Promise.all([
    look('volume', volumesBy, [
      tagged,
      filter('volume-id', recorded('volume')),
      filter('attachment.instance-id', instanceIds)
    ]),
    look('image', imagesBy, [tagged, filter('image-id', recorded('image')), filter('source-instance-id', instanceIds)]),
    look('security-group', securityGroupsBy, [
      tagged,
      filter('group-id', recorded('security-group')),
      filter('group-name', announced.securityGroups)
    ]),
    look('key-pair', keyPairsBy, [
      tagged,
      filter('key-pair-id', recorded('key-pair')),
      filter('key-name', announced.keyPairs)
    ])
  ])
  const snapshots = await look('snapshot', snapshotsBy, [
    tagged,
    filter('snapshot-id', [...recorded('snapshot'), ...images.flatMap((image) => image.snapshotIds)]),
    // How EC2 describes the snapshots of CreateImage: the only trace of an image that never became available.
    filter(
      'description',
      instanceIds.map((id) => `Created by CreateImage(${id})*`)
    )
  ])
  const released = new Set(ledger.released.map(({id}) => id))
  const found = [...instances.filter(({state}) => state !== 'terminated'), ...volumes, ...images, ...snapshots]
    .concat(groups, keyPairs)
    .filter(({id}) => !released.has(id))
    .map(({type, id, state}) => ({type, id, state}))
  return {found, unseen}
}

interface Reader {
  readonly client: EC2Client
  readonly abortSignal: AbortSignal
}

type Search<T extends Found> = (reader: Reader, filters: Filter[]) => Promise<T[]>

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const page of pages) collected.push(page)
  return collected
}

function filter(Name: string, Values: readonly string[]): Filter {
  return {Name, Values: [...new Set(Values)]}
}

async function instancesBy({client, abortSignal}: Reader, Filters: Filter[]): Promise<Found[]> {
  const pages = await all(paginateDescribeInstances({client}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .map(({InstanceId = '', State}) => ({type: 'instance' as const, id: InstanceId, state: State?.Name ?? ''}))
}

async function volumesBy({client, abortSignal}: Reader, Filters: Filter[]): Promise<Found[]> {
  const pages = await all(paginateDescribeVolumes({client}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.Volumes ?? [])
    .map(({VolumeId = '', State = ''}) => ({type: 'volume' as const, id: VolumeId, state: State}))
    .filter(({state}) => state !== 'deleting' && state !== 'deleted')
}

async function imagesBy(
  {client, abortSignal}: Reader,
  Filters: Filter[]
): Promise<(Found & {snapshotIds: string[]})[]> {
  const pages = await all(
    paginateDescribeImages({client}, {Filters, Owners: ['self'], IncludeDeprecated: true}, {abortSignal})
  )
  return pages
    .flatMap((page) => page.Images ?? [])
    .map(({ImageId = '', State = '', BlockDeviceMappings = []}) => ({
      type: 'image' as const,
      id: ImageId,
      state: State,
      snapshotIds: BlockDeviceMappings.flatMap(({Ebs}) => Ebs?.SnapshotId ?? [])
    }))
    .filter(({state}) => state !== 'deregistered')
}

async function snapshotsBy({client, abortSignal}: Reader, Filters: Filter[]): Promise<Found[]> {
  const pages = await all(paginateDescribeSnapshots({client}, {Filters, OwnerIds: ['self']}, {abortSignal}))
  return pages
    .flatMap((page) => page.Snapshots ?? [])
    .map(({SnapshotId = '', State = ''}) => ({type: 'snapshot' as const, id: SnapshotId, state: State}))
}

async function securityGroupsBy({client, abortSignal}: Reader, Filters: Filter[]): Promise<Found[]> {
  const pages = await all(paginateDescribeSecurityGroups({client}, {Filters}, {abortSignal}))
  return pages
    .flatMap((page) => page.SecurityGroups ?? [])
    .map(({GroupId = ''}) => ({type: 'security-group' as const, id: GroupId, state: ''}))
}

async function keyPairsBy({client, abortSignal}: Reader, Filters: Filter[]): Promise<Found[]> {
  const {KeyPairs = []} = await client.send(new DescribeKeyPairsCommand({Filters}), {abortSignal})
  return KeyPairs.map(({KeyPairId = ''}) => ({type: 'key-pair' as const, id: KeyPairId, state: ''}))
}
