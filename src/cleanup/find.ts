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
import type {Ledger, Resource, ResourceType} from './ledger.ts'

/** A resource of this bake that still exists. */
export interface Found extends Resource {
  /** As AWS tells it; empty for what has no state. */
  readonly state: string
}

/**
 * Everything of this bake that exists now: by tag, by the ids in the ledger, and, for templates without our tags, by
 * the temporary names that Packer announced. What was released is not among it.
 *
 * Ids are looked for with filters, because asking for an id that is gone is an error and a filter is not.
 */
export async function findResources(ec2: EC2Client, bakeId: string, ledger: Ledger): Promise<Found[]> {
  const announced = ledger.announced
  const tagged = filter(`tag:${tagKeys.bake}`, [bakeId])
  const recorded = (type: ResourceType): string[] =>
    ledger.resources.flatMap((resource) => (resource.type === type ? [resource.id] : []))

  const instances = await union(
    [tagged, filter('instance-id', recorded('instance')), filter('key-name', announced.keyPairs)],
    (filters) => instancesBy(ec2, filters)
  )
  // Also of those that are gone: they lead to the images that were made of them.
  const instanceIds = [...new Set([...recorded('instance'), ...instances.map(({id}) => id)])]
  const [volumes, images, groups, keyPairs] = await Promise.all([
    union([tagged, filter('volume-id', recorded('volume')), filter('attachment.instance-id', instanceIds)], (filters) =>
      volumesBy(ec2, filters)
    ),
    union([tagged, filter('image-id', recorded('image')), filter('source-instance-id', instanceIds)], (filters) =>
      imagesBy(ec2, filters)
    ),
    union(
      [tagged, filter('group-id', recorded('security-group')), filter('group-name', announced.securityGroups)],
      (filters) => securityGroupsBy(ec2, filters)
    ),
    union([tagged, filter('key-pair-id', recorded('key-pair')), filter('key-name', announced.keyPairs)], (filters) =>
      keyPairsBy(ec2, filters)
    )
  ])
  const snapshotIds = [...recorded('snapshot'), ...images.flatMap((image) => image.snapshotIds)]
  const snapshots = await union(
    [
      tagged,
      filter('snapshot-id', snapshotIds),
      // How EC2 describes the snapshots of CreateImage: the only trace of an image that never became available.
      filter(
        'description',
        instanceIds.map((id) => `Created by CreateImage(${id})*`)
      )
    ],
    (filters) => snapshotsBy(ec2, filters)
  )
  const released = new Set(ledger.released.map(({id}) => id))
  return [
    ...instances.filter(({state}) => state !== 'terminated'),
    ...volumes,
    ...images,
    ...snapshots,
    ...groups,
    ...keyPairs
  ]
    .filter(({id}) => !released.has(id))
    .map(({type, id, state}) => ({type, id, state}))
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const page of pages) collected.push(page)
  return collected
}

function filter(Name: string, Values: readonly string[]): Filter {
  return {Name, Values: [...new Set(Values)]}
}

/** Several searches as one: filters of one request are joined by "and", so each gets a request. */
async function union<T extends Resource>(filters: Filter[], search: (filters: Filter[]) => Promise<T[]>): Promise<T[]> {
  const results = await Promise.all(filters.filter(({Values}) => Values?.length).map((one) => search([one])))
  return [...new Map(results.flat().map((found) => [found.id, found])).values()]
}

async function instancesBy(client: EC2Client, Filters: Filter[]): Promise<Found[]> {
  const pages = await all(paginateDescribeInstances({client}, {Filters}))
  return pages
    .flatMap((page) => page.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .map(({InstanceId = '', State}) => ({type: 'instance' as const, id: InstanceId, state: State?.Name ?? ''}))
}

async function volumesBy(client: EC2Client, Filters: Filter[]): Promise<Found[]> {
  const pages = await all(paginateDescribeVolumes({client}, {Filters}))
  return pages
    .flatMap((page) => page.Volumes ?? [])
    .map(({VolumeId = '', State = ''}) => ({type: 'volume' as const, id: VolumeId, state: State}))
    .filter(({state}) => state !== 'deleting' && state !== 'deleted')
}

async function imagesBy(client: EC2Client, Filters: Filter[]): Promise<(Found & {snapshotIds: string[]})[]> {
  const pages = await all(paginateDescribeImages({client}, {Filters, Owners: ['self'], IncludeDeprecated: true}))
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

async function snapshotsBy(client: EC2Client, Filters: Filter[]): Promise<Found[]> {
  const pages = await all(paginateDescribeSnapshots({client}, {Filters, OwnerIds: ['self']}))
  return pages
    .flatMap((page) => page.Snapshots ?? [])
    .map(({SnapshotId = '', State = ''}) => ({type: 'snapshot' as const, id: SnapshotId, state: State}))
}

async function securityGroupsBy(client: EC2Client, Filters: Filter[]): Promise<Found[]> {
  const pages = await all(paginateDescribeSecurityGroups({client}, {Filters}))
  return pages
    .flatMap((page) => page.SecurityGroups ?? [])
    .map(({GroupId = ''}) => ({type: 'security-group' as const, id: GroupId, state: ''}))
}

async function keyPairsBy(client: EC2Client, Filters: Filter[]): Promise<Found[]> {
  const {KeyPairs = []} = await client.send(new DescribeKeyPairsCommand({Filters}))
  return KeyPairs.map(({KeyPairId = ''}) => ({type: 'key-pair' as const, id: KeyPairId, state: ''}))
}
