import type {BlockDeviceMapping, CreateImageRequest} from '@aws-sdk/client-ec2'
import {AwsError} from '../../protocol/errors.ts'
import {addImage, checkName, settleAt} from '../state/images.ts'
import {enqueue, whileOff} from '../state/lifecycle.ts'
import {find, newId} from '../state/resources.ts'
import {addSnapshot, finish} from '../state/snapshots.ts'
import type {Ec2Cloud, ImageRecord, InstanceRecord, SnapshotRecord, Tags, VolumeRecord} from '../state/store.ts'
import {tagsAtCreation} from '../state/tags.ts'
import type {Operations} from './operation.ts'

export function createImageOperations(cloud: Ec2Cloud): Operations {
  return {
    CreateImage: async (input, call) => {
      const instance = find('instance', cloud.instances, input.InstanceId ?? '')
      if (instance.state !== 'running' && instance.state !== 'stopped') {
        const message = `The instance '${instance.id}' is not in a state from which an image can be made: ${instance.state}.`
        throw new AwsError('IncorrectState', message)
      }
      checkName(cloud, input.Name)
      const tagsOf = tagsAtCreation(input.TagSpecifications, ['image', 'snapshot'])
      const planned = planMappings(cloud, instance, input.BlockDeviceMappings ?? [])
      await call.permit([
        {type: 'image', id: '*', requestTags: tagsOf('image')},
        {type: 'instance', id: instance.id},
        {type: 'snapshot', id: '*', requestTags: tagsOf('snapshot')}
      ])
      return {ImageId: createImage(cloud, instance, input, planned, tagsOf).id}
    }
  }
}

interface PlannedMapping {
  readonly mapping: BlockDeviceMapping
  /** Absent for a device that the image adds and the instance does not have. */
  readonly volume?: VolumeRecord
}

/** The instance's volumes, with what the call changes of them: sizes, more devices, fewer devices. */
function planMappings(
  cloud: Ec2Cloud,
  instance: InstanceRecord,
  changes: readonly BlockDeviceMapping[]
): PlannedMapping[] {
  const attached = [...cloud.volumes.values()].filter(({attachment}) => attachment?.instanceId === instance.id)
  const own = attached.flatMap((volume): PlannedMapping[] => {
    const device = volume.attachment?.device ?? ''
    const change = changes.find(({DeviceName}) => DeviceName === device)
    if (change?.NoDevice !== undefined) return []
    const ebs = {
      VolumeSize: volume.size,
      VolumeType: volume.type,
      Encrypted: volume.encrypted,
      DeleteOnTermination: volume.attachment?.deleteOnTermination,
      Iops: volume.iops,
      Throughput: volume.throughput
    }
    return [{volume, mapping: {DeviceName: device, Ebs: {...ebs, ...change?.Ebs}}}]
  })
  const added = changes.filter(
    ({DeviceName, NoDevice}) =>
      NoDevice === undefined && !attached.some(({attachment}) => attachment?.device === DeviceName)
  )
  return [...own, ...added.map((mapping) => ({mapping}))]
}

function createImage(
  cloud: Ec2Cloud,
  instance: InstanceRecord,
  input: CreateImageRequest,
  planned: readonly PlannedMapping[],
  tagsOf: (type: 'image' | 'snapshot') => Tags
): ImageRecord {
  const id = newId('image')
  const description = `Created by CreateImage(${instance.id}) for ${id}`
  const snapshots: SnapshotRecord[] = []
  const mappings = planned.map(({volume, mapping}) => {
    if (!volume) return mapping
    const snapshot = addSnapshot(cloud, volume, description, tagsOf('snapshot'))
    snapshots.push(snapshot)
    return {...mapping, Ebs: {...mapping.Ebs, SnapshotId: snapshot.id}}
  })
  const source = cloud.images.get(instance.imageId)
  const image = addImage(cloud, tagsOf('image'), {
    id,
    name: input.Name ?? '',
    architecture: instance.architecture,
    rootDeviceName: instance.rootDeviceName,
    mappings,
    username: source?.username ?? 'admin',
    sourceInstanceId: instance.id,
    sourceImageId: instance.imageId,
    sourceImageRegion: cloud.region,
    ...(input.Description !== undefined ? {description: input.Description} : {}),
    ...(source?.platform ? {platform: source.platform} : {}),
    ...(source?.imdsSupport ? {imdsSupport: source.imdsSupport} : {})
  })
  hideByCanary(cloud, snapshots[0])
  capture(cloud, instance, image, snapshots, input.NoReboot ?? false)
  return image
}

/** Copies the machine's disk, after a shutdown where the machine is on and the call did not say otherwise. */
function capture(
  cloud: Ec2Cloud,
  instance: InstanceRecord,
  image: ImageRecord,
  snapshots: readonly SnapshotRecord[],
  noReboot: boolean
): void {
  const reboots = instance.state === 'running' && !noReboot
  const copy = async (): Promise<void> => {
    if (!instance.machine) throw new Error(`${instance.id} has no machine to copy the disk of`)
    const content = await instance.machine.capture()
    for (const [index, snapshot] of snapshots.entries())
      finish(cloud, snapshot, 'completed', index === 0 ? content : undefined)
    settleAt(image, 'available', content)
  }
  enqueue(cloud, instance, async () => {
    try {
      await (reboots ? whileOff(instance, copy) : copy())
    } catch (error) {
      for (const snapshot of snapshots) finish(cloud, snapshot, 'error')
      image.stateReason = {
        Code: 'Server.InternalError',
        Message: 'Server.InternalError: Internal error on image creation'
      }
      settleAt(image, 'failed')
      throw error
    }
  })
}

function hideByCanary({canary}: Ec2Cloud, snapshot: SnapshotRecord | undefined): void {
  if (canary?.kind !== 'hidden-snapshot' || canary.victim !== undefined || !snapshot) return
  canary.victim = snapshot.id
  snapshot.hidden = true
}
