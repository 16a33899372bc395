import type {Account} from '../ec2/account.ts'
import {tagKeys} from '../image/tags.ts'
import {
  imagesBy,
  instancesBy,
  keyPairsBy,
  securityGroupsBy,
  snapshotsBy,
  spotRequestsBy,
  volumesBy,
  type Described,
  type Search
} from './describe.ts'
import {launchTemplatesOf} from './launchTemplates.ts'
import {filter, Look, notLookedFor, unseen, type Leftover, type Traces} from './look.ts'

export type {Leftover, Traces} from './look.ts'

export interface Findings {
  /** What is this bake's, exists and is not to stay. */
  readonly found: readonly Described[]
  /** What could not be looked for. */
  readonly unseen: readonly Leftover[]
  /** What may be this bake's and cannot be told from others': looking again does not help. */
  readonly doubts: readonly Leftover[]
}

/**
 * Everything of this bake that exists now: by tag, by the recorded ids, and, for templates without our tags, by what
 * Packer announced, together with what hangs on it.
 */
export async function findResources(account: Account, traces: Traces, signal: AbortSignal): Promise<Findings> {
  const home = await findAtHome(account, traces, signal)
  const {copyRegions} = traces.announced
  const recorded = traces.records.resources.flatMap(({region}) => region ?? [])
  const regions = [...new Set([...copyRegions, ...recorded])].filter((region) => region !== account.region)
  const elsewhere = await Promise.all(
    regions.map(async (region): Promise<Findings> => {
      const look = new Look(account.inRegion(region), region, traces, signal)
      return {found: await findCopies(look, home.imageIds), unseen: look.unseen, doubts: []}
    })
  )
  const all = [home, ...elsewhere, await findInIam(account, traces, signal)]
  const found = all.flatMap((one) => one.found).filter(({state}) => state !== 'terminated')
  return {
    found: [...new Map(found.map((one) => [`${one.type} ${one.id}`, one])).values()],
    unseen: all.flatMap((one) => one.unseen),
    doubts: home.doubts
  }
}

async function findAtHome(
  account: Account,
  traces: Traces,
  signal: AbortSignal
): Promise<Findings & {readonly imageIds: readonly string[]}> {
  const {announced} = traces
  const look = new Look(account.ec2, undefined, traces, signal)
  const instances = await look.for('instance', instancesBy, [
    filter('key-name', announced.keyPairs),
    filter('instance-id', announced.instances),
    filter('tag:aws:ec2launchtemplate:id', announced.launchTemplates)
  ])
  const followed = [...look.recorded('instance'), ...announced.instances].filter((id) => !look.others.has(id))
  const instanceIds = [...followed, ...instances.map(({id}) => id)]
  const usesSpot = announced.spot || look.recorded('launch-template').length > 0
  const [volumes, images, groups, keyPairs, launchTemplates, spotRequests] = await Promise.all([
    look.for('volume', volumesBy, [filter('attachment.instance-id', instanceIds)]),
    look.for('image', imagesBy, [filter('source-instance-id', instanceIds)]),
    look.for('security-group', securityGroupsBy, [filter('group-name', announced.securityGroups)]),
    look.for('key-pair', keyPairsBy, [filter('key-name', announced.keyPairs)]),
    usesSpot ? look.with('launch-template', (reader) => launchTemplatesOf(reader, traces)) : [],
    usesSpot
      ? look.for('spot-request', spotRequestsBy, [
          filter('instance-id', instanceIds),
          filter('launch.key-name', announced.keyPairs)
        ])
      : []
  ])
  const imageIds = [...look.recorded('image').filter((id) => !look.others.has(id)), ...images.map(({id}) => id)]
  const copiesHere = announced.copyRegions.includes(account.region)
  const copies = copiesHere ? await look.for('image', copiesBy, [filter('source-image-id', imageIds)]) : []
  const snapshots = await findSnapshots(
    look,
    [...images, ...copies],
    [
      ...instanceIds.map((id) => `Created by CreateImage(${id})*`),
      ...(copiesHere ? imageIds.map(descriptionOfCopy) : [])
    ]
  )
  const doubtful = await findDoubtful(look, traces)
  return {
    found: [instances, spotRequests, launchTemplates, volumes, images, copies, snapshots, groups, keyPairs].flat(),
    unseen: look.unseen,
    doubts: [...doubtful, ...(announced.untraceable ? [unseen('instance', untraceable)] : [])],
    imageIds
  }
}

/** An image made of an instance names the image that the instance was launched from as its source too: it is no copy. */
const copiesBy: Search = async (reader, filters) =>
  (await imagesBy(reader, filters)).filter(({sourceInstanceId}) => sourceInstanceId === undefined)

/** Copies carry no tag until they are finished; they know which image they are copies of. */
async function findCopies(look: Look, imageIds: readonly string[]): Promise<Described[]> {
  const copies = await look.for('image', copiesBy, [filter('source-image-id', imageIds)])
  return [...copies, ...(await findSnapshots(look, copies, imageIds.map(descriptionOfCopy)))]
}

const descriptionOfCopy = (imageId: string): string => `Copied for DestinationAmi * from SourceAmi ${imageId} *`

/**
 * Snapshots of the images, and by how EC2 describes those of CreateImage and CopyImage: the only trace of an image that
 * never became available. Those of an image that stays, stay.
 */
async function findSnapshots(
  look: Look,
  images: readonly Described[],
  descriptions: readonly string[]
): Promise<Described[]> {
  const used = new Set([...look.others.values()].flatMap(({snapshotIds = []}) => snapshotIds))
  const snapshots = await look.for('snapshot', snapshotsBy, [
    filter('description', descriptions),
    filter(
      'snapshot-id',
      images.flatMap(({snapshotIds = []}) => snapshotIds)
    )
  ])
  return snapshots.filter(({id}) => !used.has(id))
}

/** What may be Packer's or somebody else's is named and left alone. */
async function findDoubtful(look: Look, {announced}: Traces): Promise<Leftover[]> {
  if (announced.doubtfulKeyPairs.length === 0) return []
  const keyPairs = await look.for('key-pair', keyPairsBy, [filter('key-name', announced.doubtfulKeyPairs)])
  return keyPairs
    .filter(({tags}) => tags[tagKeys.bake] === undefined)
    .map(({id}) => unseen('key-pair', doubtful, undefined, id))
}

async function findInIam(account: Account, {announced, records}: Traces, signal: AbortSignal): Promise<Findings> {
  const named = [
    ...announced.instanceProfiles.map((id) => ({type: 'instance-profile' as const, id})),
    ...announced.roles.map((id) => ({type: 'role' as const, id}))
  ]
  const problems: Leftover[] = []
  const looked = await Promise.all(
    named.map(async (resource) => {
      try {
        return await account.iam().find(resource, signal)
      } catch (error) {
        problems.push(notLookedFor(resource.type, error, {id: resource.id}))
        return undefined
      }
    })
  )
  const found = looked.flatMap((one) => (one?.created !== undefined && one.created >= records.began ? [one] : []))
  return {found, unseen: problems, doubts: []}
}

const untraceable =
  'Packer was launching an instance when it was ended, and the template uses a key pair and security groups of its own, ' +
  'so that it cannot be told from others. Look for an instance with that key pair.'

const doubtful =
  "The template gives its temporary key pair this name, and Packer was ended while it made it, so that it may be somebody else's. " +
  'Delete it if nothing uses it; without temporary_key_pair_name in the template, Packer makes up a name that can be recognised.'
