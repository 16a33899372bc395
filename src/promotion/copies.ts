import {CopyImageCommand, paginateDescribeImages, type EC2Client, type Image} from '@aws-sdk/client-ec2'
import type {Account} from '../aws/account.ts'
import {allPages, onceKnown, pageSize} from '../aws/calls.ts'
import type {RegionalImage} from '../aws/resources.ts'
import {tagSpecifications, type Tags} from '../aws/tags.ts'
import type {Ledger} from '../ledger/ledger.ts'
import {recorded} from '../ledger/recorded.ts'
import {UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {anyOf, poll} from '../lib/wait.ts'

export interface CopyContext {
  readonly account: Pick<Account, 'inRegion'>
  readonly ledger: Ledger
  readonly log: Log
  readonly bakeId: string
  /** On the copies and their snapshots, from the moment that they are made. */
  readonly tags: Tags
}

/** A region that a verified image is to be copied to. */
export interface CopyRegion {
  readonly region: string
  /** Encrypts the copy. Absent: the copy of an encrypted image gets that region's default key. */
  readonly kmsKeyId?: string
}

/** A copy that is to be made. */
export interface WantedCopy extends CopyRegion {
  readonly image: RegionalImage
}

/** A copy, and the id of the image that it was made of. */
export interface Copied {
  readonly of: string
  readonly copy: RegionalImage
}

/**
 * Makes copies beside each other. If one fails, the others are not waited for any longer; the ledger has all that were
 * begun.
 *
 * @throws {UserError} if one of the copies fails
 */
export async function copyImages(
  context: CopyContext,
  wanted: readonly WantedCopy[],
  signal: AbortSignal
): Promise<readonly Copied[]> {
  const failing = new AbortController()
  const limit = anyOf(signal, failing.signal)
  const work = wanted.map(async (one) => {
    try {
      return {of: one.image.id, copy: await copyImage(context, one, limit)}
    } catch (error) {
      failing.abort(error)
      return undefined
    }
  })
  const copied = await Promise.all(work)
  limit.throwIfAborted()
  return copied.filter((one) => one !== undefined)
}

/**
 * Copies an image to another region, and waits until the copy can be launched. The copy is in the ledger until it is
 * released.
 *
 * @throws {UserError} if the copy fails
 */
async function copyImage(
  {account, ledger, log, bakeId, tags}: CopyContext,
  {image, region, kmsKeyId}: WantedCopy,
  signal: AbortSignal
): Promise<RegionalImage> {
  const ec2 = account.inRegion(region)
  const command = new CopyImageCommand({
    SourceRegion: image.region,
    SourceImageId: image.id,
    Name: image.name,
    // A repeated request with the same token makes no second copy.
    ClientToken: `${bakeId}-${image.id}`,
    ...(kmsKeyId === undefined ? {} : {Encrypted: true, KmsKeyId: kmsKeyId}),
    TagSpecifications: tagSpecifications(tags, 'image', 'snapshot')
  })
  signal.throwIfAborted()
  const key = `copy of ${image.id} in ${region}`
  const id = await onceKnown(signal, () =>
    recorded(ledger, {type: 'image', key, region}, async () => (await ec2.send(command)).ImageId)
  )
  log.info(`${image.id} is being copied to ${region} as ${id}`)
  const copy = await available(ec2, {id, region}, signal)
  const snapshotIds = (copy.BlockDeviceMappings ?? []).flatMap(({Ebs}) => Ebs?.SnapshotId ?? [])
  snapshotIds.forEach((snapshot) => ledger.made('snapshot', snapshot, undefined, region))
  log.info(`${id} is available in ${region}`)
  return {region, id, name: copy.Name ?? image.name, created: new Date(copy.CreationDate ?? 0), snapshotIds}
}

async function available(
  client: EC2Client,
  {id, region}: {readonly id: string; readonly region: string},
  signal: AbortSignal
): Promise<Image> {
  const query = {Filters: [{Name: 'image-id', Values: [id]}], Owners: ['self']}
  return poll(
    async () => {
      const pages = await allPages(paginateDescribeImages({client, pageSize}, query, {abortSignal: signal}))
      const image = pages.flatMap(({Images = []}) => Images).find(({ImageId}) => ImageId === id)
      if (image?.State === undefined || image.State === 'pending') return undefined
      if (image.State === 'available') return image
      throw new UserError(
        `The copy ${id} in ${region} has failed: its state is ${image.State}${image.StateReason?.Message ? ` (${image.StateReason.Message})` : ''}. Most often its key is the reason: the role needs kms:CreateGrant, kms:DescribeKey, kms:GenerateDataKeyWithoutPlaintext and kms:ReEncrypt* for the key of ${region} ('kms-key-id'), and kms:Decrypt for the image's own key.`
      )
    },
    {signal, slowestMs: 15_000}
  )
}
