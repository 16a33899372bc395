import type {Volume} from '@aws-sdk/client-ec2'
import {AwsError, invalidValue, missingParameter} from '../../protocol/errors.ts'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {madeBefore, remember} from '../state/idempotency.ts'
import {find, findAll, newId} from '../state/resources.ts'
import {visibleSnapshots} from '../state/snapshots.ts'
import type {Ec2Cloud, VolumeRecord} from '../state/store.ts'
import {putTags, tagsAtCreation, tagSet} from '../state/tags.ts'
import {defaultsOf, volumeContext} from '../state/volumes.ts'
import type {Operations} from './operation.ts'

const filters: FilterTable<Volume> = {
  'attachment.attach-time': (volume) => volume.Attachments?.map((one) => one.AttachTime),
  'attachment.delete-on-termination': (volume) => volume.Attachments?.map((one) => one.DeleteOnTermination),
  'attachment.device': (volume) => volume.Attachments?.map((one) => one.Device),
  'attachment.instance-id': (volume) => volume.Attachments?.map((one) => one.InstanceId),
  'attachment.status': (volume) => volume.Attachments?.map((one) => one.State),
  'availability-zone': (volume) => volume.AvailabilityZone,
  'create-time': (volume) => volume.CreateTime,
  encrypted: (volume) => volume.Encrypted,
  size: (volume) => volume.Size,
  'snapshot-id': (volume) => volume.SnapshotId,
  status: (volume) => volume.State,
  'volume-id': (volume) => volume.VolumeId,
  'volume-type': (volume) => volume.VolumeType
}

export function volumeOperations(cloud: Ec2Cloud): Operations {
  return {
    CreateVolume: async (input, call) => {
      const {Size, SnapshotId, AvailabilityZone: zone, VolumeType: type = 'gp2', Encrypted = false, KmsKeyId} = input
      if (zone === undefined) throw missingParameter('AvailabilityZone')
      if (![...cloud.network.subnets.values()].some((subnet) => subnet.zone === zone)) {
        throw new AwsError('InvalidZone.NotFound', `The zone '${zone}' does not exist.`)
      }
      const snapshot = SnapshotId === undefined ? undefined : find('snapshot', visibleSnapshots(cloud), SnapshotId)
      const size = Size ?? snapshot?.size
      if (size === undefined) throw missingParameter('size/snapshot')
      if (snapshot && size < snapshot.size) {
        throw invalidValue(String(size), 'size', `The snapshot is of ${snapshot.size} GiB.`)
      }
      const tags = tagsAtCreation(input.TagSpecifications, ['volume'])('volume')
      await call.permit([{type: 'volume', id: '*', requestTags: tags, context: volumeContext(size, type, Encrypted)}])
      const [earlier] = madeBefore(cloud, 'CreateVolume', input) ?? []
      if (earlier !== undefined) return describeVolume(cloud, find('volume', cloud.volumes, earlier))
      const volume: VolumeRecord = {
        id: newId('volume'),
        size,
        type,
        zone,
        encrypted: Encrypted || KmsKeyId !== undefined || snapshot?.encrypted === true,
        createTime: cloud.now(),
        ...defaultsOf(type),
        ...(KmsKeyId !== undefined ? {kmsKeyId: KmsKeyId} : {}),
        ...(snapshot ? {snapshotId: snapshot.id} : {}),
        ...(snapshot?.content ? {content: snapshot.content} : {})
      }
      cloud.volumes.set(volume.id, volume)
      putTags(cloud, volume.id, tags)
      remember(cloud, 'CreateVolume', input, [volume.id])
      return {...describeVolume(cloud, volume), State: 'creating'}
    },
    DescribeVolumes: async (input, call) => {
      await call.permit()
      const byId = input.VolumeIds !== undefined
      const volumes = byId ? findAll('volume', cloud.volumes, input.VolumeIds ?? []) : [...cloud.volumes.values()]
      const described = volumes.map((volume) => describeVolume(cloud, volume))
      const {items, NextToken} = list(described, input, {filters, limits: {least: 5, most: 1000}, byId})
      return {Volumes: items, NextToken}
    },
    DeleteVolume: async (input, call) => {
      const volume = find('volume', cloud.volumes, input.VolumeId ?? '')
      if (volume.attachment) {
        const {instanceId} = volume.attachment
        throw new AwsError('VolumeInUse', `Volume ${volume.id} is currently attached to ${instanceId}`)
      }
      await call.permit([
        {type: 'volume', id: volume.id, context: volumeContext(volume.size, volume.type, volume.encrypted)}
      ])
      cloud.volumes.delete(volume.id)
      cloud.tags.delete(volume.id)
      return {}
    }
  }
}

function describeVolume(cloud: Ec2Cloud, volume: VolumeRecord): Volume {
  const {attachment} = volume
  return {
    VolumeId: volume.id,
    AvailabilityZone: volume.zone,
    CreateTime: volume.createTime,
    Encrypted: volume.encrypted,
    Iops: volume.iops,
    KmsKeyId: volume.kmsKeyId,
    MultiAttachEnabled: false,
    Size: volume.size,
    SnapshotId: volume.snapshotId ?? '',
    State: attachment ? 'in-use' : 'available',
    Throughput: volume.throughput,
    VolumeType: volume.type,
    Tags: tagSet(cloud, volume.id),
    Attachments: attachment
      ? [
          {
            VolumeId: volume.id,
            InstanceId: attachment.instanceId,
            Device: attachment.device,
            AttachTime: attachment.attachTime,
            DeleteOnTermination: attachment.deleteOnTermination,
            State: 'attached'
          }
        ]
      : []
  }
}
