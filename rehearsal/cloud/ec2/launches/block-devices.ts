import {type BlockDeviceMapping, VolumeType} from '@aws-sdk/client-ec2'
import {AwsError, missingParameter} from '../../protocol/errors.ts'
import type {Ec2Cloud, ImageRecord} from '../state/store.ts'
import {defaultsOf} from '../state/volumes.ts'
import type {PlannedVolume} from './launch.ts'

/**
 * The volumes of a launch: those of the image, with what the call changes of them and adds to them.
 *
 * @throws AwsError InvalidBlockDeviceMapping, MissingParameter
 */
export function planVolumes(
  cloud: Ec2Cloud,
  image: ImageRecord,
  changes: readonly BlockDeviceMapping[]
): PlannedVolume[] {
  const devices = new Map(image.mappings.map((mapping) => [mapping.DeviceName ?? '', mapping]))
  for (const change of changes) {
    const device = change.DeviceName
    if (device === undefined) throw missingParameter('blockDeviceMapping.deviceName')
    const own = devices.get(device)
    if (change.NoDevice === undefined) devices.set(device, {...own, ...change, Ebs: {...own?.Ebs, ...change.Ebs}})
    else devices.delete(device)
  }
  return [...devices.values()]
    .filter(({VirtualName}) => VirtualName === undefined)
    .map((mapping) => plan(cloud, mapping))
}

function plan({snapshots}: Ec2Cloud, {DeviceName: device = '', Ebs: ebs = {}}: BlockDeviceMapping): PlannedVolume {
  const snapshot = snapshots.get(ebs.SnapshotId ?? '')
  const size = ebs.VolumeSize ?? snapshot?.size
  if (size === undefined) throw missingParameter('size/snapshot')
  if (snapshot && size < snapshot.size) {
    throw wrongMapping(
      `Volume of size ${size}GB is smaller than snapshot '${snapshot.id}', expect size >= ${snapshot.size}GB`
    )
  }
  const type = ebs.VolumeType ?? 'gp2'
  if (!Object.values(VolumeType).includes(type)) throw wrongMapping(`Invalid volume type '${type}' for '${device}'`)
  const iops = ebs.Iops ?? defaultsOf(type).iops
  const throughput = ebs.Throughput ?? defaultsOf(type).throughput
  return {
    device,
    size,
    type,
    deleteOnTermination: ebs.DeleteOnTermination ?? true,
    encrypted: ebs.Encrypted === true || ebs.KmsKeyId !== undefined || snapshot?.encrypted === true,
    ...(ebs.KmsKeyId !== undefined ? {kmsKeyId: ebs.KmsKeyId} : {}),
    ...(iops !== undefined ? {iops} : {}),
    ...(throughput !== undefined ? {throughput} : {}),
    ...(ebs.SnapshotId !== undefined ? {snapshotId: ebs.SnapshotId} : {})
  }
}

const wrongMapping = (message: string): AwsError => new AwsError('InvalidBlockDeviceMapping', message)
