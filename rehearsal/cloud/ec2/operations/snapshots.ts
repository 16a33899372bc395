import type {CreateVolumePermission, Snapshot} from '@aws-sdk/client-ec2'
import {AwsError} from '../../protocol/errors.ts'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {enqueue} from '../state/lifecycle.ts'
import {find, findAll} from '../state/resources.ts'
import {addSnapshot, finish, imagesWith, removeSnapshot, touchedSnapshot, visibleSnapshots} from '../state/snapshots.ts'
import type {Ec2Cloud, SnapshotRecord, VolumeRecord} from '../state/store.ts'
import {tagsAtCreation, tagSet} from '../state/tags.ts'
import type {Input, Operations} from './operation.ts'

const filters: FilterTable<Snapshot> = {
  description: (snapshot) => snapshot.Description,
  encrypted: (snapshot) => snapshot.Encrypted,
  'owner-id': (snapshot) => snapshot.OwnerId,
  progress: (snapshot) => snapshot.Progress,
  'snapshot-id': (snapshot) => snapshot.SnapshotId,
  'start-time': (snapshot) => snapshot.StartTime,
  status: (snapshot) => snapshot.State,
  'storage-tier': (snapshot) => snapshot.StorageTier,
  'volume-id': (snapshot) => snapshot.VolumeId,
  'volume-size': (snapshot) => snapshot.VolumeSize
}

export function snapshotOperations(cloud: Ec2Cloud): Operations {
  return {
    CreateSnapshot: async (input, call) => {
      const volume = find('volume', cloud.volumes, input.VolumeId ?? '')
      const tags = tagsAtCreation(input.TagSpecifications, ['snapshot'])('snapshot')
      const source = {type: 'volume' as const, id: volume.id}
      await call.permit([{type: 'snapshot', id: '*', requestTags: tags}, source])
      const snapshot = addSnapshot(cloud, volume, input.Description ?? '', tags)
      copyDisk(cloud, volume, snapshot)
      return describeSnapshot(cloud, snapshot)
    },
    DescribeSnapshots: async (input, call) => {
      await call.permit()
      const {SnapshotIds: ids, OwnerIds: owners = []} = input
      const visible = visibleSnapshots(cloud)
      const snapshots = ids ? findAll('snapshot', visible, ids) : [...visible.values()]
      const accounts = owners.map((owner) => (owner === 'self' ? cloud.accountId : owner))
      const owned = snapshots.filter(({ownerId}) => accounts.length === 0 || accounts.includes(ownerId))
      const described = owned.map((snapshot) => describeSnapshot(cloud, snapshot))
      const rules = {filters, limits: {least: 5, most: 1000}, byId: ids !== undefined}
      const {items, NextToken} = list(described, input, rules)
      return {Snapshots: items, NextToken}
    },
    ModifySnapshotAttribute: async (input, call) => {
      const snapshot = find('snapshot', visibleSnapshots(cloud), input.SnapshotId ?? '')
      checkOwner(cloud, snapshot)
      await call.permit([touchedSnapshot(cloud, snapshot)])
      share(snapshot, input)
      return {}
    },
    DescribeSnapshotAttribute: async (input, call) => {
      const snapshot = find('snapshot', visibleSnapshots(cloud), input.SnapshotId ?? '')
      checkOwner(cloud, snapshot)
      await call.permit([touchedSnapshot(cloud, snapshot)])
      if (input.Attribute !== 'createVolumePermission')
        throw new AwsError(
          'InvalidParameterValue',
          `Value (${input.Attribute ?? ''}) for parameter attribute is invalid.`
        )
      const sharedWith = [...(snapshot.sharedWith ?? [])]
      const permissions = sharedWith.map((one) => (one === 'all' ? {Group: 'all' as const} : {UserId: one}))
      return {SnapshotId: snapshot.id, CreateVolumePermissions: permissions}
    },
    DeleteSnapshot: async (input, call) => {
      const snapshot = find('snapshot', visibleSnapshots(cloud), input.SnapshotId ?? '')
      const [image] = imagesWith(cloud, snapshot.id)
      if (image) {
        throw new AwsError('InvalidSnapshot.InUse', `The snapshot ${snapshot.id} is currently in use by ${image.id}`)
      }
      checkOwner(cloud, snapshot)
      await call.permit([touchedSnapshot(cloud, snapshot)])
      removeSnapshot(cloud, snapshot.id)
      return {}
    }
  }
}

/** Takes both of the ways in which EC2 lets a caller say it; the Amazon plugin uses the longer one. */
function share(snapshot: SnapshotRecord, input: Input<'ModifySnapshotAttribute'>): void {
  const {CreateVolumePermission: change = {}, OperationType: operation, UserIds = [], GroupNames = []} = input
  const namesIn = (permissions: readonly CreateVolumePermission[] = []): string[] =>
    permissions.flatMap(({UserId, Group}) => UserId ?? Group ?? [])
  const named = [...UserIds, ...GroupNames]
  const added = [...namesIn(change.Add), ...(operation === 'add' ? named : [])]
  const removed = new Set([...namesIn(change.Remove), ...(operation === 'remove' ? named : [])])
  if (snapshot.encrypted && added.includes('all'))
    throw new AwsError('OperationNotPermitted', 'Encrypted snapshots cannot be shared with everybody.')
  snapshot.sharedWith = new Set([...(snapshot.sharedWith ?? []), ...added].filter((one) => !removed.has(one)))
}

/**
 * Only a root volume holds something that real machines know of; other volumes are snapshot as they are: empty. A light machine has one disk,
 * which stands in for all of its volumes, so that what amazon-ebssurrogate filled can boot.
 */
function copyDisk(cloud: Ec2Cloud, volume: VolumeRecord, snapshot: SnapshotRecord): void {
  const instance = cloud.instances.get(volume.attachment?.instanceId ?? '')
  const isRoot = volume.attachment?.device === instance?.rootDeviceName
  if (!instance || (!isRoot && cloud.driver.base !== undefined)) {
    finish(cloud, snapshot, 'completed', volume.content)
    return
  }
  enqueue(cloud, instance, async () => {
    try {
      finish(cloud, snapshot, 'completed', await instance.machine?.capture())
    } catch (error) {
      finish(cloud, snapshot, 'error')
      throw error
    }
  })
}

function checkOwner({accountId}: Ec2Cloud, {id, ownerId}: SnapshotRecord): void {
  if (ownerId !== accountId) throw new AwsError('AuthFailure', `Not authorized for snapshot: ${id}`, 403)
}

function describeSnapshot(cloud: Ec2Cloud, snapshot: SnapshotRecord): Snapshot {
  return {
    SnapshotId: snapshot.id,
    Description: snapshot.description,
    Encrypted: snapshot.encrypted,
    KmsKeyId: snapshot.kmsKeyId,
    OwnerId: snapshot.ownerId,
    Progress: snapshot.state === 'completed' ? '100%' : '0%',
    StartTime: snapshot.startTime,
    State: snapshot.state,
    StorageTier: 'standard',
    Tags: tagSet(cloud, snapshot.id),
    VolumeId: snapshot.volumeId,
    VolumeSize: snapshot.size
  }
}
