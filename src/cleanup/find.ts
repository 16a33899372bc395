import type {EC2Client, Filter} from '@aws-sdk/client-ec2'
import {tagKeys} from '../image/tags.ts'
import type {Announced} from '../packer/announced.ts'
import {messageOf} from '../report/errors.ts'
import {
  imagesBy,
  instancesBy,
  keyPairsBy,
  securityGroupsBy,
  snapshotsBy,
  volumesBy,
  type Described,
  type Search
} from './describe.ts'
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

export interface Traces {
  readonly bakeId: string
  readonly ledger: Ledger
  /** What the ledger has of Packer's announcements; read once, because Packer has ended. */
  readonly announced: Announced
}

/**
 * Everything of this bake that exists now: by tag, by the ids in the ledger, and, for templates without our tags, by
 * what Packer announced. What was released is not among it.
 *
 * What only hangs on something of ours (a volume on our instance, a snapshot in our image's mapping) may be the
 * user's own: it counts only when it was made since the bake began. Ids are looked for with filters, because asking for an id
 * that is gone is an error and a filter is not.
 */
export async function findResources(
  client: EC2Client,
  {bakeId, ledger, announced}: Traces,
  abortSignal: AbortSignal
): Promise<Findings> {
  const {began, resources} = ledger
  const released = new Set(ledger.released.map(({id}) => id))
  const unseen: Leftover[] = []
  const tagged = filter(`tag:${tagKeys.bake}`, [bakeId])

  /** Filters of one request are joined by "and", so each gets a request. */
  const look = async (
    type: ResourceType,
    search: Search,
    ours: Filter[],
    attached: Filter[] = []
  ): Promise<Described[]> => {
    const recorded = resources.flatMap((resource) => (resource.type === type ? [resource.id] : []))
    const ask = (filters: Filter[]): Promise<Described[][]> =>
      Promise.all(filters.filter(({Values}) => Values?.length).map((one) => search({client, abortSignal}, [one])))
    try {
      const [certain, likely] = await Promise.all([
        ask([tagged, filter(idFilters[type], recorded), ...ours]),
        ask(attached)
      ])
      const made = likely.flat().filter(({created}) => created !== undefined && created >= began)
      return [...new Map([...certain.flat(), ...made].map((one) => [one.id, one])).values()]
    } catch (error) {
      unseen.push({type, id: '(unknown)', state: '', reason: `it could not be looked for: ${messageOf(error)}`})
      return []
    }
  }

  const instances = await look('instance', instancesBy, [
    filter('key-name', announced.keyPairs),
    filter('instance-id', announced.instances)
  ])
  const madeBefore = resources.flatMap(({type, id}) => (type === 'instance' ? [id] : []))
  const instanceIds = [...madeBefore, ...announced.instances, ...instances.map(({id}) => id)]
  const [volumes, images, groups, keyPairs] = await Promise.all([
    look('volume', volumesBy, [], [filter('attachment.instance-id', instanceIds)]),
    look('image', imagesBy, [filter('source-instance-id', instanceIds)]),
    look('security-group', securityGroupsBy, [filter('group-name', announced.securityGroups)]),
    look('key-pair', keyPairsBy, [filter('key-name', announced.keyPairs)])
  ])
  const imageIds = [...resources.flatMap(({type, id}) => (type === 'image' ? [id] : [])), ...images.map(({id}) => id)]
  // An encrypted copy carries no tag until it is finished; it knows which image it is a copy of.
  const copies = await look('image', imagesBy, [], [filter('source-image-id', imageIds)])
  const snapshots = await look(
    'snapshot',
    snapshotsBy,
    // How EC2 describes the snapshots of CreateImage and CopyImage: the only trace of an image that never became available.
    [
      filter('description', [
        ...instanceIds.map((id) => `Created by CreateImage(${id})*`),
        ...copies.map(({id}) => `Copied for DestinationAmi ${id}*`)
      ])
    ],
    [
      filter(
        'snapshot-id',
        [...images, ...copies].flatMap((image) => image.snapshotIds ?? [])
      )
    ]
  )
  if (announced.untraceable) unseen.push(untraceable)
  const found = [
    instances.filter(({state}) => state !== 'terminated'),
    volumes,
    images,
    copies,
    snapshots,
    groups,
    keyPairs
  ]
    .flat()
    .filter(({id}) => !released.has(id))
    .map(({type, id, state}): [string, Found] => [id, {type, id, state}])
  return {found: [...new Map(found).values()], unseen}
}

const idFilters: Record<ResourceType, string> = {
  instance: 'instance-id',
  volume: 'volume-id',
  image: 'image-id',
  snapshot: 'snapshot-id',
  'security-group': 'group-id',
  'key-pair': 'key-pair-id'
}

const untraceable: Leftover = {
  type: 'instance',
  id: '(unknown)',
  state: '',
  reason:
    'Packer was launching an instance when it was ended, and the template uses a key pair and security groups of its own, ' +
    'so that it cannot be told from others. Look for an instance with that key pair.'
}

function filter(Name: string, Values: readonly string[]): Filter {
  return {Name, Values: [...new Set(Values)]}
}
