import {paginateDescribeImages, type EC2Client, type Image} from '@aws-sdk/client-ec2'
import {pageSize} from '../aws/calls.ts'
import {tagsOf} from '../aws/resources.ts'
import {bakeOf, beganIn, tagKeys, type Tags} from '../aws/tags.ts'

/** An image that a bake verified and released. */
export interface VerifiedImage {
  readonly id: string
  readonly name: string
  readonly created: Date
  /** When its bake began; of a copy, the bake of the image that it was made of. */
  readonly baked: Date
  /** As AWS reports it a day later. Absent: never, or not for long. */
  readonly lastLaunched?: Date
  /** `available`, `disabled`, or what keeps it from being launched. */
  readonly state: string
  readonly deprecated?: Date
  readonly isProtected: boolean
  /** Of a copy, that of the image that it was made of. */
  readonly bakeId: string
  /** What successive images of the same kind have in common: the repository, and the name in the tags. Absent: the tags do not say. */
  readonly kind?: string
  readonly snapshotIds: readonly string[]
  /** By which its own snapshots are told from others. */
  readonly tags: Tags
}

/** The verified images in a client's region. Only what is needed of them is kept: an account may have thousands. */
export async function verifiedImages(client: EC2Client, abortSignal: AbortSignal): Promise<VerifiedImage[]> {
  const query = {
    Owners: ['self'],
    Filters: [{Name: 'tag-key', Values: [tagKeys.verified]}],
    IncludeDeprecated: true,
    IncludeDisabled: true
  }
  const found: VerifiedImage[] = []
  for await (const {Images = []} of paginateDescribeImages({client, pageSize}, query, {abortSignal})) {
    found.push(...Images.flatMap((image) => verified(image) ?? []))
  }
  return found
}

/** Filters may have been ignored; what is not released yet is its bake's. */
function verified(image: Image): VerifiedImage | undefined {
  const tags = tagsOf(image.Tags)
  const {[tagKeys.name]: name, [tagKeys.run]: run = '', [tagKeys.bake]: bake = '', [tagKeys.began]: began = ''} = tags
  const bakeId = bakeOf(tags) ?? ''
  const created = new Date(image.CreationDate ?? Number.NaN)
  const isReleased = tags[tagKeys.verified] !== undefined && tags[tagKeys.expires] === undefined
  if (!isReleased || !/^[0-9a-f]{12}$/.test(bakeId)) return undefined
  const [, repository] = /^([^/]+\/[^/]+)\//.exec(run) ?? []
  const {LastLaunchedTime: launched, DeprecationTime: deprecation, DeregistrationProtection: protection} = image
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    created,
    baked: beganIn(tags) ?? created,
    ...(launched ? {lastLaunched: new Date(launched)} : {}),
    ...(deprecation ? {deprecated: new Date(deprecation)} : {}),
    state: image.State ?? '',
    isProtected: protection !== undefined && protection !== 'disabled',
    bakeId,
    ...(name !== undefined && repository !== undefined ? {kind: `${name} of ${repository}`} : {}),
    snapshotIds: (image.BlockDeviceMappings ?? []).flatMap(({Ebs}) => Ebs?.SnapshotId ?? []),
    tags: {[tagKeys.bake]: bake, [tagKeys.began]: began}
  }
}
