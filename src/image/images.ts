import {type EC2Client, type Image, paginateDescribeImages} from '@aws-sdk/client-ec2'
import {snapshotsBy} from '../cleanup/describe.ts'
import type {Resource} from '../cleanup/resource.ts'
import type {Account} from '../ec2/account.ts'
import {allPages, pageSize} from '../ec2/pages.ts'
import {poll, timeLimit} from '../wait.ts'
import type {Artifact} from '../packer/messages.ts'
import {UserError} from '../report/errors.ts'
import {tagKeys} from './tags.ts'

/** An image in this account. */
export interface RegionalImage {
  readonly region: string
  readonly id: string
  readonly name: string
  readonly created: Date
  /** Those that this bake made. */
  readonly snapshotIds: readonly string[]
}

/** What one source of the template was baked to. */
export interface BakedImage extends RegionalImage {
  /** Packer's name of the build: `amazon-ebs.jenkins`. */
  readonly source: string
  /** In other regions, of this very image. */
  readonly copies: readonly RegionalImage[]
}

/** What a build made. */
export interface Baked {
  /** At least one, in the order of their sources' names. */
  readonly images: readonly BakedImage[]
  /** Of other builders and of post-processors: nothing that this action could test or remove. */
  readonly others: readonly Artifact[]
}

/** The image and its copies. */
export function everywhere(image: BakedImage): readonly RegionalImage[] {
  return [image, ...image.copies]
}

/** @param home the bake's region, which resources need not name */
export function resourcesOf({region, id, snapshotIds}: RegionalImage, home: string): Resource[] {
  const elsewhere = region === home ? {} : {region}
  return [
    {type: 'image', id, ...elsewhere},
    ...snapshotIds.map((snapshot) => ({type: 'snapshot' as const, id: snapshot, ...elsewhere}))
  ]
}

const imageName = /^([a-z0-9-]+):(ami-[0-9a-f]{8,17})$/

/**
 * The images in the artifacts of a build, as AWS knows them.
 *
 * An artifact is what Packer says. So AWS is asked whether each image is this account's own and, where the template sets
 * our tags, this bake's: a template that registers somebody else's image gets it neither tested nor removed.
 *
 * @param bake the bake's id where the images must carry it
 * @param began what existed before is not this bake's: a mapping may name a snapshot of the user's own
 * @throws {UserError} when there is none, or one of them is not in the account's region
 */
export async function bakedImages(
  account: Pick<Account, 'region' | 'inRegion'>,
  artifacts: readonly Artifact[],
  expected: Expected,
  signal: AbortSignal
): Promise<Baked> {
  const isImage = ({id}: Artifact): boolean => id.split(',').every((part) => imageName.test(part))
  // A manifest, and other post-processors, repeat the artifact of their build.
  const builds = new Map(artifacts.filter(isImage).map((artifact) => [`${artifact.target} ${artifact.id}`, artifact]))
  if (builds.size === 0) {
    const made = artifacts.map(({target, id}) => `${target} (${id})`).join(', ') || 'nothing'
    throw new UserError(`The template made no image of EC2: it made ${made}. It needs a source of the type amazon-ebs.`)
  }
  const sorted = [...builds.values()].toSorted((one, other) => (one.target < other.target ? -1 : 1))
  const images = await Promise.all(sorted.map((artifact) => bakedImage(account, artifact, expected, signal)))
  return {
    images: [...new Map(images.map((image) => [image.id, image])).values()],
    others: artifacts.filter((artifact) => !isImage(artifact))
  }
}

interface Expected {
  readonly bake: string | undefined
  readonly began: Date
}

async function bakedImage(
  account: Pick<Account, 'region' | 'inRegion'>,
  {target, id}: Artifact,
  expected: Expected,
  signal: AbortSignal
): Promise<BakedImage> {
  const found = await Promise.all(
    id.split(',').map((part) => {
      const [, region = '', imageId = ''] = imageName.exec(part) ?? []
      return describeImage(account.inRegion(region), region, imageId, expected, signal)
    })
  )
  const [image, ...others] = found.filter(({region}) => region === account.region)
  if (!image || others.length > 0) {
    throw new UserError(
      `The source ${target} made ${id}; expected one image in ${account.region}, where it is tested. Copies may be in other regions (ami_regions).`
    )
  }
  return {...image, source: target, copies: found.filter(({region}) => region !== account.region)}
}

async function describeImage(
  ec2: EC2Client,
  region: string,
  id: string,
  {bake: expectedBake, began}: Expected,
  signal: AbortSignal
): Promise<RegionalImage> {
  const image = await poll(
    async () => {
      const query = {Filters: [{Name: 'image-id', Values: [id]}], Owners: ['self']}
      const pages = await allPages(paginateDescribeImages({client: ec2, pageSize}, query, {abortSignal: signal}))
      return pages.flatMap(({Images = []}) => Images)[0]
    },
    {signal: timeLimit(60_000, [signal])}
  ).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new UserError(`Packer reports the image ${id}, but this account owns none of that id in ${region}`, {
      cause: error
    })
  })
  const bake = image.Tags?.find(({Key}) => Key === tagKeys.bake)?.Value
  if (expectedBake !== undefined && bake !== expectedBake) {
    throw new UserError(`Packer reports the image ${id}, but it does not carry the tags of this bake`)
  }
  const snapshotIds = await ownSnapshots(ec2, image, began, signal)
  return {region, id, name: image.Name ?? '', created: new Date(image.CreationDate ?? 0), snapshotIds}
}

async function ownSnapshots(ec2: EC2Client, image: Image, began: Date, signal: AbortSignal): Promise<string[]> {
  const ids = (image.BlockDeviceMappings ?? []).flatMap(({Ebs}) => Ebs?.SnapshotId ?? [])
  if (ids.length === 0) return []
  const snapshots = await snapshotsBy({client: ec2, abortSignal: signal}, [{Name: 'snapshot-id', Values: ids}])
  return snapshots.flatMap(({id, created}) => (created !== undefined && created >= began ? [id] : []))
}
