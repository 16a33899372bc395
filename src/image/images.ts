import {type EC2Client, type Image, DescribeImagesCommand} from '@aws-sdk/client-ec2'
import {snapshotsBy} from '../cleanup/describe.ts'
import type {Resource} from '../cleanup/ledger.ts'
import {poll} from '../wait.ts'
import type {Artifact} from '../packer/messages.ts'
import {UserError} from '../report/errors.ts'
import {tagKeys} from './tags.ts'

/** An image that this bake made. */
export interface BakedImage {
  readonly region: string
  readonly id: string
  readonly name: string
  readonly created: Date
  /** Those that this bake made. */
  readonly snapshotIds: readonly string[]
}

export function resourcesOf(image: BakedImage): Resource[] {
  return [{type: 'image', id: image.id}, ...image.snapshotIds.map((id) => ({type: 'snapshot' as const, id}))]
}

/**
 * The image in the artifacts of a build, as AWS knows it.
 *
 * An artifact is what Packer says. So AWS is asked whether the image is this account's own and, where the template sets
 * our tags, this bake's: a template that registers somebody else's image gets it neither tested nor removed.
 *
 * @param bake the bake's id where the image must carry it
 * @param began what existed before is not this bake's: a mapping may name a snapshot of the user's own
 * @throws {UserError} unless there is exactly one such image in this region
 */
export async function bakedImage(
  ec2: EC2Client,
  artifacts: readonly Artifact[],
  region: string,
  {bake: expectedBake, began}: {readonly bake: string | undefined; readonly began: Date},
  signal: AbortSignal
): Promise<BakedImage> {
  const ids = artifacts.flatMap(({id}) => id.split(',')).filter((id) => /^[a-z0-9-]+:ami-[0-9a-f]+$/.test(id))
  const here = ids.flatMap((id) => (id.startsWith(`${region}:`) ? [id.slice(region.length + 1)] : []))
  const [id, ...others] = new Set(here)
  if (id === undefined || others.length > 0 || ids.length > here.length) {
    throw new UserError(
      `The template made ${ids.length === 0 ? 'no image' : ids.join(', ')}; expected exactly one image, in ${region}. ` +
        'A template with several sources or regions cannot be baked.'
    )
  }
  const image = await poll(
    async () => {
      const query = {Filters: [{Name: 'image-id', Values: [id]}], Owners: ['self']}
      return (await ec2.send(new DescribeImagesCommand(query), {abortSignal: signal})).Images?.[0]
    },
    {signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)])}
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
