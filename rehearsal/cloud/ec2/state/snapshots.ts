import type {DiskContent} from '../../../machines/driver.ts'
import {newChange} from './lifecycle.ts'
import {newId} from './resources.ts'
import type {Ec2Cloud, ImageRecord, SnapshotRecord, Tags, VolumeRecord} from './store.ts'
import {putTags} from './tags.ts'
import type {Touched} from './touched.ts'

/** All but the one that the `hidden-snapshot` canary hides. */
export function visibleSnapshots({snapshots}: Ec2Cloud): ReadonlyMap<string, SnapshotRecord> {
  return new Map([...snapshots].filter(([, snapshot]) => !snapshot.hidden))
}

/** The images that boot from a snapshot or attach it. */
export function imagesWith({images}: Ec2Cloud, snapshotId: string): ImageRecord[] {
  return [...images.values()].filter(({mappings}) => mappings.some(({Ebs}) => Ebs?.SnapshotId === snapshotId))
}

export function addSnapshot(
  cloud: Ec2Cloud,
  source: Pick<VolumeRecord, 'id' | 'size' | 'encrypted'> & {readonly kmsKeyId?: string | undefined},
  description: string,
  tags: Tags
): SnapshotRecord {
  const snapshot: SnapshotRecord = {
    id: newId('snapshot'),
    volumeId: source.id,
    size: source.size,
    encrypted: source.encrypted,
    ...(source.kmsKeyId !== undefined ? {kmsKeyId: source.kmsKeyId} : {}),
    description,
    startTime: cloud.now(),
    ownerId: cloud.accountId,
    state: 'pending',
    change: newChange(cloud, 'completed'),
    hidden: false
  }
  cloud.snapshots.set(snapshot.id, snapshot)
  putTags(cloud, snapshot.id, tags)
  return snapshot
}

/** The copy has been made (or has failed); the snapshot shows it once its time has come. */
export function finish(
  cloud: Ec2Cloud,
  snapshot: SnapshotRecord,
  to: 'completed' | 'error',
  content?: DiskContent
): void {
  if (content) snapshot.content = content
  snapshot.change = {...(snapshot.change ?? newChange(cloud, to)), to, happened: true}
}

export function removeSnapshot(cloud: Ec2Cloud, id: string): void {
  cloud.snapshots.delete(id)
  cloud.tags.delete(id)
}

/** The snapshot as a call's authorization sees it. */
export function touchedSnapshot({region}: Ec2Cloud, snapshot: SnapshotRecord): Touched {
  return {
    type: 'snapshot',
    id: snapshot.id,
    context: {
      'ec2:Owner': snapshot.ownerId,
      'ec2:ParentVolume': `arn:aws:ec2:${region}:${snapshot.ownerId}:volume/${snapshot.volumeId}`,
      'ec2:VolumeSize': String(snapshot.size)
    }
  }
}
