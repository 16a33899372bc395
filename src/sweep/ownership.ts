import {tagKeys} from '../aws/tags.ts'
import {type Announced} from '../packer-output/created.ts'
import {temporaryName} from '../packer-output/build-announcements.ts'
import type {Described, Resource, ResourceType} from '../aws/resources.ts'

/*
 * Decides which resources are the bake's, by proof and not by guess. This is the rule, and the only place that applies
 * it:
 *
 *   A resource is this bake's only if it was made after this bake began, by AWS's clock, and carries its tag or descends from a
 *   resource that is (this instance's volume, this volume's or instance's snapshot, this snapshot's image); never by a name or a
 *   tag alone.
 *
 * A descent begins at resources that carry the tag, that AWS named in its answer to a create of this action's own, or
 * that Packer announced before the machine under construction could speak. Those too count only when they were made
 * after the bake began. AWS does not say when a security group was made (nor, in some clouds, a key pair): besides the
 * tag or Packer's announcement, its name must be unique to this bake. A tag proves nothing by itself: Packer puts its
 * `tags` and `snapshot_tags` on every snapshot in the image's mapping, also on one that the template mapped in and that
 * is the user's own (hashicorp/packer#4653).
 */

/** The facts about a bake that do not come from AWS's descriptions. */
export interface Evidence {
  readonly bakeId: string
  /** By AWS's clock. */
  readonly began: Date
  /** Later resources without a tag are not this bake's. Absent: the bake is running, or has only just ended. */
  readonly until?: Date | undefined
  /** Resources whose ids are known from AWS or Packer: from an answer to a create, an artifact, or an earlier proof. */
  readonly made: readonly Resource[]
  readonly announced: Announced
  /** The bake's own region, in which a resource names none. */
  readonly home: string
  /** Resources that stay: released, or kept. Resources that belong to them stay, too. */
  readonly stays: (one: Described) => boolean
}

export interface Proved {
  /** Those of the described resources that are the bake's and are not to stay. */
  readonly own: readonly Described[]
  /**
   * Resources from which others descend: these, and those that are known only by their id because they no longer exist.
   */
  ids(type: ResourceType): readonly string[]
}

/** Decides which resources are the bake's. */
export function prove(described: readonly Described[], evidence: Evidence): Proved {
  const proof = new Proof(described, evidence)
  const own = new Set<Described>()
  // Each round proves one more link of each descent: a volume by its instance, then a snapshot by the volume.
  for (let before = -1; before !== own.size;) {
    before = own.size
    described.filter((one) => !own.has(one) && proof.isOwn(one)).forEach((one) => (own.add(one), proof.add(one)))
  }
  return {own: described.filter((one) => own.has(one)), ids: (type) => proof.ids(type)}
}

/** Not the bake's, although they carry its tag: they are older than the bake. */
export function isTaggedStranger(one: Described, evidence: Evidence): boolean {
  return carriesTag(one, evidence) && createdAt(one) < evidence.began.getTime()
}

/** They carry the bake's tag, but neither AWS nor their name shows when they were made. */
export function isUndecided(one: Described, evidence: Evidence): boolean {
  return carriesTag(one, evidence) && !isNobodys(one) && Number.isNaN(createdAt(one)) && !isTimely(one, evidence)
}

class Proof {
  readonly #evidence: Evidence
  readonly #described: readonly Described[]
  /** Ids from AWS or Packer. */
  readonly #known: ReadonlySet<string>
  /** Those of them that no longer exist, and resources with a proof. */
  readonly #proved: Map<string, Resource & Pick<Described, 'snapshotIds' | 'volumeId' | 'description'>>
  /** Names of key pairs that are there and are not the bake's, whatever Packer said. */
  readonly #othersKeys: ReadonlySet<string>

  constructor(described: readonly Described[], evidence: Evidence) {
    this.#evidence = evidence
    this.#described = described
    const known = knownOf(evidence)
    const seen = new Set(described.map(nameOf))
    this.#known = new Set(known.map(nameOf))
    this.#proved = new Map(known.flatMap((one) => (seen.has(nameOf(one)) ? [] : [[nameOf(one), one]])))
    this.#othersKeys = new Set(this.#othersKeysIn(described))
  }

  #othersKeysIn(described: readonly Described[]): string[] {
    const isOthers = (one: Described): boolean => one.type === 'key-pair' && !this.#mayBeOwn(one)
    return described.filter(isOthers).flatMap(({name}) => name ?? [])
  }

  add(one: Described): void {
    this.#proved.set(nameOf(one), one)
  }

  /** In any region. */
  ids(type: ResourceType): string[] {
    return [...this.#proved.values()].flatMap((one) => (one.type === type ? [one.id] : []))
  }

  isOwn(one: Described): boolean {
    if (!this.#mayBeOwn(one)) return false
    return carriesTag(one, this.#evidence) || this.#known.has(nameOf(one)) || this.#descends(one)
  }

  #mayBeOwn(one: Described): boolean {
    if (isNobodys(one) || carriesOtherTag(one, this.#evidence) || !isTimely(one, this.#evidence)) return false
    return !this.#evidence.stays(one)
  }

  #descends(one: Described): boolean {
    const {announced} = this.#evidence
    const isOf = (type: ResourceType, id: string | undefined): boolean =>
      id !== undefined && this.#proved.has(nameOf({type, id, ...regionOf(one)}))
    const isOfAny = (type: ResourceType, ids: readonly string[] = []): boolean => ids.some((id) => isOf(type, id))
    const hasKey =
      one.keyName !== undefined && announced.keyPairs.includes(one.keyName) && !this.#othersKeys.has(one.keyName)
    switch (one.type) {
      case 'key-pair':
        return announced.keyPairs.includes(one.name ?? '')
      case 'security-group':
        return announced.securityGroups.includes(one.name ?? '')
      case 'launch-template':
        return hasKey
      case 'instance':
        return hasKey || isOf('launch-template', one.tags['aws:ec2launchtemplate:id'])
      case 'spot-request':
        return hasKey || isOfAny('instance', one.instanceIds)
      case 'volume':
        return isOfAny('instance', one.instanceIds) || this.#wasImaged(one, isOf)
      case 'snapshot':
        return isOf('volume', one.volumeId) || this.#isSnapshotOf(one, isOf) || this.#isInOwnImage(one)
      case 'image':
        return isOf('instance', one.sourceInstanceId) || isOf('snapshot', one.rootSnapshotId) || this.#isCopy(one)
      default:
        return false
    }
  }

  /**
   * A registered image does not name the volumes that its snapshots were made of, and once their instance is gone
   * nothing does. A snapshot in the mapping of an image that Packer reports is the bake's if Packer also said that it
   * makes one of that very volume.
   */
  #isInOwnImage({id, volumeId, region}: Described): boolean {
    const {announced} = this.#evidence
    const isNamed = announced.hints.some((hint) => hint.type === 'volume' && hint.id === volumeId)
    if (!isNamed) return false
    return [...this.#proved.values()].some(
      (one) => one.type === 'image' && one.region === region && one.snapshotIds?.includes(id)
    )
  }

  /**
   * A volume that has outlived its instance: the snapshot that EC2 made of it says on which instance it was, even after
   * it was released with its image.
   */
  #wasImaged({id, region}: Described, isOf: (type: ResourceType, id: string | undefined) => boolean): boolean {
    const kept = this.#described.filter((one) => this.#evidence.stays(one))
    return [...this.#proved.values(), ...kept].some(
      (one) =>
        one.type === 'snapshot' && one.region === region && one.volumeId === id && isOf('instance', imagedIn(one))
    )
  }

  /** EC2 itself describes the purpose of snapshots that it made. */
  #isSnapshotOf(one: Described, isOf: (type: ResourceType, id: string | undefined) => boolean): boolean {
    const [, instance, image] = createdBy.exec(one.description ?? '') ?? []
    const [, copy, source] =
      /^Copied for DestinationAmi (ami-\w+) from SourceAmi (ami-\w+)/.exec(one.description ?? '') ?? []
    return isOf('instance', instance) || isOf('image', image) || isOf('image', copy) || this.#isCopied(one, source)
  }

  /** An image made of an instance names the image that the instance was launched from as its source too: it is no copy. */
  #isCopy(one: Described): boolean {
    return one.sourceInstanceId === undefined && this.#isCopied(one, one.sourceImageId)
  }

  /**
   * Anybody may copy the bake's image: a copy is the bake's where Packer said that it copies. Where what it said is lost,
   * a copy with tags is somebody else's: the bake's own has none yet, or the bake's.
   */
  #isCopied({region, tags}: Described, source: string | undefined): boolean {
    const {announced, home, until} = this.#evidence
    if (source === undefined || !announced.copyRegions.includes(region ?? home)) return false
    if (until !== undefined && Object.keys(tags).length > 0) return false
    return this.#proved.has(nameOf({type: 'image', id: source}))
  }
}

const createdBy = /^Created by CreateImage\((i-\w+)\) for (ami-\w+)/

/** The instance of which EC2 made an image, and this snapshot for it. */
function imagedIn({description = ''}: Pick<Described, 'description'>): string | undefined {
  return createdBy.exec(description)?.[1]
}

/** Every VPC has a group of this name, which cannot be deleted. */
function isNobodys({type, name}: Described): boolean {
  return type === 'security-group' && name === 'default'
}

function carriesTag({tags}: Described, {bakeId}: Evidence): boolean {
  return tags[tagKeys.bake] === bakeId
}

function carriesOtherTag({tags}: Described, {bakeId}: Evidence): boolean {
  return tags[tagKeys.bake] !== undefined && tags[tagKeys.bake] !== bakeId
}

function isTimely(one: Described, evidence: Evidence): boolean {
  const {began, until} = evidence
  const created = createdAt(one)
  if (Number.isNaN(created)) return isUndated(one) && hasNameOfItsOwn(one, evidence)
  if (created < began.getTime()) return false
  return carriesTag(one, evidence) || until === undefined || created <= until.getTime()
}

function createdAt({created}: Described): number {
  return created?.getTime() ?? Number.NaN
}

/** AWS does not say of every resource of these types when it was made. */
export function isUndated({type}: Described): boolean {
  return type === 'security-group' || type === 'key-pair'
}

function hasNameOfItsOwn(one: Described, {bakeId, made}: Evidence): boolean {
  return isNamedForBake(one, bakeId) || made.some((known) => nameOf(known) === nameOf(one))
}

/** Packer's temporary names, and those of this action, which have the bake's id in them. */
export function isNamedForBake({name = ''}: Described, bakeId: string): boolean {
  return temporaryName.test(name) || name.includes(bakeId)
}

function knownOf({made, announced}: Evidence): Resource[] {
  const told = (type: ResourceType, ids: readonly string[]): Resource[] => ids.map((id) => ({type, id}))
  return [
    ...made,
    ...told('instance', announced.instances),
    ...told('volume', announced.volumes),
    ...told('launch-template', announced.launchTemplates),
    ...told('instance-profile', announced.instanceProfiles),
    ...told('role', announced.roles)
  ]
}

const regionOf = ({region}: Resource): {region?: string} => (region === undefined ? {} : {region})

/** An instance profile and its role have the same name. */
const nameOf = ({type, id, region}: Resource): string => `${type} ${id} ${region ?? ''}`
