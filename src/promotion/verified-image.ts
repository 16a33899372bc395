import type {EC2Client} from '@aws-sdk/client-ec2'
import type {Account} from '../aws/account.ts'
import {ownSnapshots} from '../aws/own-snapshots.ts'
import {imagesBy, type Described, type Reader, type RegionalImage} from '../aws/resources.ts'
import {bakeOf, tagKeys, type Tags} from '../aws/tags.ts'
import {InputError} from '../lib/errors.ts'
import {inertText} from '../lib/untrusted.ts'

/** An image that a bake has verified and released. */
export interface VerifiedImage extends RegionalImage {
  readonly tags: Tags
  readonly isEncrypted: boolean
  /** Those in the regions that were asked for. */
  readonly copies: readonly RegionalImage[]
}

/**
 * Finds an image and its copies.
 *
 * @param regions where copies are looked for
 * @throws {InputError} unless it is in this account, available, and was verified by a bake that has released it
 */
export async function verifiedImage(
  account: Pick<Account, 'ec2' | 'region' | 'inRegion'>,
  {id, regions}: {readonly id: string; readonly regions: readonly string[]},
  abortSignal: AbortSignal
): Promise<VerifiedImage> {
  const {ec2, region} = account
  const found = await imagesBy({client: ec2, abortSignal}, [{Name: 'image-id', Values: [id]}])
  const image = found.find((one) => one.id === id)
  if (!image) {
    throw new InputError(
      'ami-id',
      `${id} is no image of this account in ${region}; give the id of one that a bake made, and its region`
    )
  }
  if (image.state !== 'available') {
    throw new InputError('ami-id', `${id} cannot be promoted: its state is ${inertText(image.state)}`)
  }
  if (!isVerified(image)) {
    throw new InputError(
      'ami-id',
      `${id} was not verified by a bake, which would have given it the tag ${tagKeys.verified}; give the output 'ami-id' of a bake with a smoke test`
    )
  }
  if (!isReleased(image)) {
    throw new InputError(
      'ami-id',
      `${id} still has the tag ${tagKeys.expires}: its bake has not ended yet, or was cut off; wait for its end`
    )
  }
  const copies = await Promise.all(
    regions.map(async (one) => {
      const client = account.inRegion(one)
      const copy = await copyIn({client, abortSignal}, image)
      return copy ? [await inRegion(client, copy, one, abortSignal)] : []
    })
  )
  const own = await inRegion(ec2, image, region, abortSignal)
  return {...own, tags: image.tags, isEncrypted: image.isEncrypted === true, copies: copies.flat()}
}

/**
 * The image of the same bake in another region, whoever copied it. Its source image says little: Packer encrypts by copying
 * an image that it then removes.
 */
async function copyIn(reader: Reader, {tags}: Described): Promise<Described | undefined> {
  const bake = bakeOf(tags) ?? ''
  const found = await Promise.all(
    [tagKeys.bake, tagKeys.origin].map((key) => imagesBy(reader, [{Name: `tag:${key}`, Values: [bake]}]))
  )
  const isCopy = (other: Described): boolean =>
    bakeOf(other.tags) === bake &&
    other.tags[tagKeys.source] === tags[tagKeys.source] &&
    other.state === 'available' &&
    isVerified(other) &&
    isReleased(other)
  return found.flat().find(isCopy)
}

function isVerified({tags}: Described): boolean {
  return tags[tagKeys.verified] !== undefined && tags[tagKeys.bake] !== undefined
}

const isReleased = ({tags}: Described): boolean => tags[tagKeys.expires] === undefined

async function inRegion(
  client: EC2Client,
  image: Described,
  region: string,
  abortSignal: AbortSignal
): Promise<RegionalImage> {
  const {id, name = '', created = new Date(0)} = image
  return {region, id, name, created, snapshotIds: await ownSnapshots(client, image, abortSignal)}
}
