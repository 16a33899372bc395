import type {EC2Client} from '@aws-sdk/client-ec2'
import {snapshotsBy, type Described} from './resources.ts'
import {beganIn, tagKeys} from './tags.ts'

/**
 * The snapshots of a bake's image that the bake made. A template may have mapped a snapshot of others into the image, and
 * Packer puts the bake's tags on it (hashicorp/packer#4653): it is older than the bake.
 */
export async function ownSnapshots(
  client: EC2Client,
  {snapshotIds = [], tags}: Pick<Described, 'snapshotIds' | 'tags'>,
  abortSignal: AbortSignal
): Promise<string[]> {
  const began = beganIn({[tagKeys.began]: tags[tagKeys.began] ?? ''})
  if (snapshotIds.length === 0 || began === undefined) return []
  const Filters = [{Name: 'snapshot-id', Values: [...snapshotIds]}]
  const snapshots = await snapshotsBy({client, abortSignal}, Filters)
  return snapshots
    .filter(({id, tags: own, created}) => {
      const isOfBake = own[tagKeys.bake] !== undefined && own[tagKeys.bake] === tags[tagKeys.bake]
      return snapshotIds.includes(id) && isOfBake && created !== undefined && created >= began
    })
    .map(({id}) => id)
}
