import {type EC2Client, paginateDescribeImages} from '@aws-sdk/client-ec2'
import {describedImage, snapshotsBy, type Described, type RegionalImage, type Resource} from '../aws/resources.ts'
import {evidenceOf, type Traces} from '../sweep/search.ts'
import {prove} from '../sweep/ownership.ts'
import type {Account} from '../aws/account.ts'
import {allPages, pageSize} from '../aws/calls.ts'
import {poll, timeLimit} from '../lib/wait.ts'
import {productsIn, type Artifact} from '../packer-output/messages.ts'
import {UserError} from '../lib/errors.ts'
import type {Architecture} from '../inputs/distributions.ts'
import {tagKeys} from '../aws/tags.ts'
import type {InstalledPackages} from './installed-packages.ts'

/** The product of one source of the template. */
export interface BakedImage extends RegionalImage {
  readonly architecture: Architecture
  /** Its source image, as AWS reports it. Absent: AWS does not say. */
  readonly sourceImageId?: string
  /** Packer's name of the build: `amazon-ebs.jenkins`; with a number behind it where another one has the same. */
  readonly source: string
  /** In other regions, of this very image. */
  readonly copies: readonly RegionalImage[]
  /** Of its volumes together, in GiB. Absent: AWS does not say. */
  readonly gibibytes?: number
}

/** The products of a build. */
export interface Baked {
  /** In the order of their sources' names. */
  readonly images: readonly BakedImage[]
  /** Of other builders and of post-processors: products that this action can neither test nor remove. */
  readonly others: readonly Artifact[]
  /** Of the machine that was built on. Absent: the template does not let the action choose it. */
  readonly buildType?: string
  /** Of the image. Absent: the template does not list them. */
  readonly packages?: InstalledPackages
}

/** The image and its copies. */
export function withCopies(image: BakedImage): readonly RegionalImage[] {
  return [image, ...image.copies]
}

const imageName = /^([a-z0-9-]+):(ami-[0-9a-f]{8,17})$/

/**
 * The images in the artifacts of a build, as AWS knows them.
 *
 * An artifact is only Packer's report. So AWS is asked whether each image is this account's own and, if the template
 * sets the bake's tags, this bake's: another account's image that a template reports is neither tested nor removed.
 *
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
  if (builds.size === 0 && expected.mayBeNone) return {images: [], others: artifacts}
  if (builds.size === 0) {
    const made = artifacts.map(({target, id}) => `${target} (${id})`).join(', ') || 'nothing'
    throw new UserError(`The template made no EC2 image: it made ${made}. It needs a source of the type amazon-ebs.`)
  }
  const baked = await Promise.all(
    [...builds.values()].map(async (artifact) => {
      try {
        return [await bakedImage(account, artifact, expected, signal)]
      } catch (error) {
        if (expected.mayBeGone && error instanceof GoneError) return []
        throw error
      }
    })
  )
  const images = [...new Map(baked.flat().map((image) => [image.id, image])).values()]
  return {
    images: numbered(images.toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))),
    others: artifacts.filter((artifact) => !isImage(artifact))
  }
}

const orderOf = ({source, name, id}: BakedImage): string => [source, name, id].join('\0')

/** Several builds may have one name: in the outputs and in messages each has one of its own. */
function numbered(images: readonly BakedImage[]): BakedImage[] {
  return images.map((image, at) => {
    const before = images.slice(0, at).filter(({source}) => source === image.source).length
    return before === 0 ? image : {...image, source: `${image.source} (${before + 1})`}
  })
}

export interface Expected {
  /** A template may make none on purpose. */
  readonly mayBeNone?: boolean
  /** Its post-processors may throw away an image that Packer still reports. */
  readonly mayBeGone?: boolean
  /** Called for each as soon as it is known: the next one may be an error. */
  readonly onFound?: (image: RegionalImage) => void
  /** The bake's id where the images must carry it. */
  readonly bake: string | undefined
  /** Distinguishes the bake's snapshots from others in the mapping of its image. */
  readonly traces: Traces
}

class GoneError extends UserError {}

async function bakedImage(
  account: Pick<Account, 'region' | 'inRegion'>,
  {target, id}: Artifact,
  expected: Expected,
  signal: AbortSignal
): Promise<BakedImage> {
  const found = await Promise.all(
    id.split(',').map((part) => {
      const [, region = '', imageId = ''] = imageName.exec(part) ?? []
      return describeImage(account.inRegion(region), region, imageId, {...expected, home: account.region}, signal)
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

type Found = RegionalImage & Pick<BakedImage, 'architecture' | 'sourceImageId' | 'gibibytes'>

async function describeImage(
  ec2: EC2Client,
  region: string,
  id: string,
  expected: ExpectedAtHome,
  signal: AbortSignal
): Promise<Found> {
  const image = await poll(
    async () => {
      const query = {Filters: [{Name: 'image-id', Values: [id]}], Owners: ['self']}
      const pages = await allPages(paginateDescribeImages({client: ec2, pageSize}, query, {abortSignal: signal}))
      return pages.flatMap(({Images = []}) => Images).find(({ImageId}) => ImageId === id)
    },
    {signal: timeLimit(expected.mayBeGone ? 15_000 : 60_000, [signal])}
  ).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new GoneError(`Packer reports the image ${id}, but this account owns no image with that id in ${region}`, {
      cause: error
    })
  })
  const described = {...describedImage(image), ...(region === expected.home ? {} : {region})}
  if (expected.bake !== undefined && described.tags[tagKeys.bake] !== expected.bake) {
    throw new UserError(`Packer reports the image ${id}, but it does not carry the tags of this bake`)
  }
  const snapshotIds = await ownSnapshots(ec2, described, expected, signal)
  // The source of a copy (encrypt_boot) is the unencrypted image, which has been removed.
  const sourceImageId = image.SourceInstanceId ? image.SourceImageId : undefined
  const gibibytes = (image.BlockDeviceMappings ?? []).reduce((sum, {Ebs}) => sum + (Ebs?.VolumeSize ?? 0), 0)
  const found: Found = {
    region,
    id,
    name: image.Name ?? '',
    created: described.created ?? new Date(0),
    snapshotIds,
    architecture: image.Architecture === 'arm64' ? 'arm64' : 'x86_64',
    ...(sourceImageId ? {sourceImageId} : {}),
    ...(gibibytes > 0 ? {gibibytes} : {})
  }
  expected.onFound?.(found)
  return found
}

interface ExpectedAtHome extends Expected {
  readonly home: string
}

/** A mapping may name a snapshot of the user's own, which Packer tags like the bake's. */
async function ownSnapshots(
  ec2: EC2Client,
  image: Described,
  {traces, home}: ExpectedAtHome,
  signal: AbortSignal
): Promise<string[]> {
  const ids = image.snapshotIds ?? []
  if (ids.length === 0) return []
  const found = await snapshotsBy({client: ec2, abortSignal: signal}, [{Name: 'snapshot-id', Values: [...ids]}])
  const mapped = found.filter(({id}) => ids.includes(id))
  const {region} = image
  const evidence = evidenceOf(traces, home)
  const {own} = prove([image, ...mapped.map((one) => (region === undefined ? one : {...one, region}))], {
    ...evidence,
    made: [...evidence.made, image]
  })
  return own.flatMap(({type, id}) => (type === 'snapshot' ? [id] : []))
}

/**
 * The resources that other builders made in EC2 (amazon-ebsvolume), as their artifacts name them. @param home as in
 * {@link resourcesOf}
 */
export function productsOf(others: readonly Artifact[], home: string): Resource[] {
  return others
    .flatMap(({id}) => productsIn(id))
    .map(({type, id, region}) => ({type, id, ...(region === home ? {} : {region})}))
}
