import type {Filter} from '@aws-sdk/client-ec2'
import type {Account} from '../aws/account.ts'
import {tagKeys} from '../aws/tags.ts'
import type {Hint} from '../packer-output/created.ts'
import {
  imagesBy,
  instancesBy,
  keyPairsBy,
  securityGroupsBy,
  snapshotsBy,
  spotRequestsBy,
  volumesBy,
  type Described
} from '../aws/resources.ts'
import {usesOf, type Use} from './in-use.ts'
import {launchTemplatesOf} from './launch-templates.ts'
import {evidenceOf, filter, Look, notLookedFor, Sight, unseen, type Traces} from './search.ts'
import type {Leftover} from './leftovers.ts'
import {isTaggedStranger, isUndecided} from './ownership.ts'

export interface Findings {
  /** This bake's resources that exist, must not stay, and are not in use by other resources. */
  readonly found: readonly Described[]
  /** This bake's resources that cannot be removed, because a resource that stays uses them. */
  readonly inUse: readonly Use[]
  /** Resources with this bake's tag that are older than it, and so not its own (ownership.ts says how that happens). */
  readonly strangers: readonly Described[]
  /** All resources that were seen, whether or not they are the bake's. */
  readonly present: readonly Described[]
  /** The types that could not be looked for. */
  readonly unseen: readonly Leftover[]
  /** Resources that may be this bake's but cannot be told from others': looking again does not help. */
  readonly doubts: readonly Leftover[]
}

/**
 * Everything of this bake that exists now: by tag, by the recorded ids, and, for templates without our tags, by what
 * Packer announced, together with what descends from it.
 */
export async function findResources(account: Account, traces: Traces, signal: AbortSignal): Promise<Findings> {
  const sight = new Sight(evidenceOf(traces, account.region))
  const home = new Look(account.ec2, undefined, sight, signal)
  await lookAtHome(home, sight, traces, account.region)
  const {copyRegions} = traces.announced
  const recorded = sight.evidence.made.flatMap(({region}) => region ?? [])
  const regions = [...new Set([...copyRegions, ...recorded, ...traces.records.regions])].filter(
    (region) => region !== account.region
  )
  const elsewhere = await Promise.all(regions.map((region) => lookElsewhere(account, region, sight, signal)))
  const unseenInIam = await lookInIam(account, sight, traces, signal)
  const {described, evidence, proved} = sight
  const own = proved.own.filter(({state}) => state !== 'terminated')
  const notSeen = [...[home.unseen, ...elsewhere].flatMap(onePerType), ...unseenInIam]
  const inUse = usesOf(own, sight, !notSeen.some(({type}) => type === 'instance'))
  const used = new Set(inUse.map(({resource}) => resource))
  const present = described.filter(({state}) => state !== 'terminated')
  return {
    found: own.filter((one) => !used.has(one)),
    inUse,
    strangers: present.filter((one) => isTaggedStranger(one, evidence)),
    present,
    unseen: notSeen,
    doubts: doubtsIn(sight, traces)
  }
}

/** A type may be looked for several times. */
function onePerType(unseenThere: readonly Leftover[]): Leftover[] {
  return [...new Map(unseenThere.map((one) => [one.type, one])).values()]
}

async function lookAtHome(look: Look, sight: Sight, traces: Traces, home: string): Promise<void> {
  const {announced} = traces
  await look.for('instance', instancesBy, [
    filter('key-name', announced.keyPairs),
    filter('instance-id', announced.instances),
    filter('tag:aws:ec2launchtemplate:id', announced.launchTemplates)
  ])
  const hinted = (type: Hint['type']): string[] => announced.hints.flatMap((one) => (one.type === type ? [one.id] : []))
  const instanceIds = sight.proved.ids('instance')
  const ended = new Set(look.own('instance').flatMap(({id, state}) => (state === 'terminated' ? [id] : [])))
  const recordsTemplate = traces.records.resources.some(({type}) => type === 'launch-template')
  const usesSpot = announced.spot || recordsTemplate
  await Promise.all([
    look.for('volume', volumesBy, [
      // A terminated instance has no volumes any more.
      filter(
        'attachment.instance-id',
        instanceIds.filter((id) => !ended.has(id))
      ),
      filter('volume-id', [...announced.volumes, ...hinted('volume')])
    ]),
    look.for('image', imagesBy, [filter('source-instance-id', instanceIds), filter('image-id', hinted('image'))]),
    look.for('security-group', securityGroupsBy, [filter('group-name', announced.securityGroups)]),
    look.for('key-pair', keyPairsBy, [filter('key-name', [...announced.keyPairs, ...announced.doubtfulKeyPairs])]),
    usesSpot ? look.with('launch-template', (reader) => launchTemplatesOf(reader, traces)) : undefined,
    usesSpot
      ? look.for('spot-request', spotRequestsBy, [
          filter('instance-id', instanceIds),
          filter('launch.key-name', announced.keyPairs)
        ])
      : undefined
  ])
  await lookForSnapshots(look, [
    filter(
      'description',
      instanceIds.map((id) => `Created by CreateImage(${id})*`)
    ),
    filter('volume-id', sight.proved.ids('volume'))
  ])
  // A volume that has outlived its instance is on no instance any more; the snapshot in the image knows it.
  const imaged = [...look.own('snapshot'), ...look.kept('snapshot')].flatMap(({volumeId}) => volumeId ?? [])
  await look.by('volume', volumesBy, [filter('volume-id', imaged)])
  if (announced.copyRegions.includes(home)) await lookForCopies(look, sight)
  // Only when no instance of the bake is left, a group's users can only be other resources; so they are looked for only
  // then.
  if (look.own('instance').every(({state}) => state === 'terminated')) {
    const groups = look.own('security-group').map(({id}) => id)
    await look.by('instance', instancesBy, [filter('instance.group-id', groups)])
  }
}

/** @returns the types that could not be looked for there: a region that cannot be asked must not end the search elsewhere */
async function lookElsewhere(
  account: Account,
  region: string,
  sight: Sight,
  signal: AbortSignal
): Promise<readonly Leftover[]> {
  try {
    const look = new Look(account.inRegion(region), region, sight, signal)
    await lookForCopies(look, sight)
    return look.unseen
  } catch (error) {
    return [notLookedFor('image', error, {region}), notLookedFor('snapshot', error, {region})]
  }
}

/** Copies carry no tag until they are finished; they know which image they are copies of. */
async function lookForCopies(look: Look, sight: Sight): Promise<void> {
  const imageIds = sight.proved.ids('image')
  await look.for('image', imagesBy, [filter('source-image-id', imageIds)])
  await lookForSnapshots(look, [
    filter(
      'description',
      imageIds.map((id) => `Copied for DestinationAmi * from SourceAmi ${id} *`)
    )
  ])
}

/**
 * Snapshots, by how EC2 describes those of CreateImage and CopyImage too: the only trace of an image that never became available. Then
 * what was registered from them, as amazon-ebssurrogate does it.
 */
async function lookForSnapshots(look: Look, filters: readonly Filter[]): Promise<void> {
  const mapped = look.own('image').flatMap(({snapshotIds = []}) => snapshotIds)
  await look.for('snapshot', snapshotsBy, [...filters, filter('snapshot-id', mapped)])
  const snapshots = look.own('snapshot').map(({id}) => id)
  await look.by('image', imagesBy, [filter('block-device-mapping.snapshot-id', snapshots)])
}

async function lookInIam(
  account: Account,
  sight: Sight,
  {announced}: Traces,
  signal: AbortSignal
): Promise<Leftover[]> {
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
  sight.add(looked.flatMap((one) => one ?? []))
  return problems
}

/** Resources that may be Packer's or somebody else's are reported and left alone. */
function doubtsIn({described, evidence, proved}: Sight, {announced}: Traces): Leftover[] {
  const isDoubtful = ({type, name, tags}: Described): boolean =>
    type === 'key-pair' && tags[tagKeys.bake] === undefined && announced.doubtfulKeyPairs.includes(name ?? '')
  const isUnproved = (one: Described): boolean =>
    one.type !== 'instance' &&
    announced.hints.some(({id}) => id === one.id) &&
    one.tags[tagKeys.bake] === undefined &&
    one.created !== undefined &&
    one.created >= evidence.began &&
    !proved.own.includes(one) &&
    !evidence.stays(one)
  return [
    ...described.filter(isUnproved).map(({type, id}) => unseen(type, unproved, undefined, id)),
    ...described.filter(isDoubtful).map(({id}) => unseen('key-pair', doubtful, undefined, id)),
    ...described
      .filter((one) => isUndecided(one, evidence))
      .map(({type, id, region}) => unseen(type, undecided, region, id)),
    ...(announced.untraceable ? [unseen('instance', untraceable)] : [])
  ]
}

const untraceable =
  'Packer was launching an instance when it was ended, and the template uses a key pair and security groups of its own, ' +
  'so that the instance cannot be told from others. Look for an instance with that key pair.'

const doubtful =
  'The template gives its temporary key pair this name, and Packer was ended while making it, so that it may belong to somebody else. ' +
  'Delete it if nothing uses it; without temporary_key_pair_name in the template, Packer chooses a name that can be recognised.'

const unproved =
  'Packer, or the machine that it built, says that Packer made it, but nothing in AWS confirms this, so that it may belong to somebody ' +
  'else. Remove it if nothing uses it; of an image, remove the snapshots as well.'

const undecided =
  'It carries the tag of the bake, but AWS does not say when it was made, and its name is not unique to this bake, so that it may ' +
  'belong to somebody else. Delete it if nothing uses it, or remove its tags that begin with bake-jenkins-ami.'
