import type {Leftover} from '../cloud.ts'
import {isCurrent} from './describe-instance.ts'
import {settle} from './settle.ts'
import type {Ec2Cloud} from './store.ts'

/** What was made and not removed, hidden or not. The images named in `kept` are left out, with their snapshots. */
export function leftovers(cloud: Ec2Cloud, kept: readonly string[] = []): Leftover[] {
  settle(cloud)
  const own = ({ownerId}: {readonly ownerId: string}): boolean => ownerId === cloud.accountId
  const keptSnapshots = new Set(
    kept.flatMap((id) => cloud.images.get(id)?.mappings.map(({Ebs}) => Ebs?.SnapshotId) ?? [])
  )
  return [
    ...of('instance', [...cloud.instances.values()].filter(isCurrent)),
    ...of('volume', [...cloud.volumes.values()]),
    ...of(
      'image',
      [...cloud.images.values()].filter((image) => own(image) && !kept.includes(image.id))
    ),
    ...of(
      'snapshot',
      [...cloud.snapshots.values()].filter((one) => own(one) && !keptSnapshots.has(one.id))
    ),
    ...of(
      'security-group',
      [...cloud.groups.values()].filter(({id}) => id !== cloud.network.defaultGroupId)
    ),
    ...of('key-pair', [...cloud.keyPairs.values()])
  ]
}

const of = (type: Leftover['type'], things: readonly {readonly id: string}[]): Leftover[] =>
  things.map(({id}) => ({type, id}))
