import type {BlockDeviceMapping, RegisterImageRequest} from '@aws-sdk/client-ec2'
import {AwsError, invalidValue, missingParameter} from '../../protocol/errors.ts'
import {addImage, checkName, settleAt} from '../state/images.ts'
import {find} from '../state/resources.ts'
import {touchedSnapshot, visibleSnapshots} from '../state/snapshots.ts'
import type {Ec2Cloud, SnapshotRecord} from '../state/store.ts'
import {tagsAtCreation} from '../state/tags.ts'
import type {Operations} from './operation.ts'

export function registerImageOperations(cloud: Ec2Cloud): Operations {
  return {
    RegisterImage: async (input, call) => {
      checkName(cloud, input.Name)
      const tags = tagsAtCreation(input.TagSpecifications, ['image'])('image')
      const root = rootSnapshot(cloud, input)
      await call.permit([{type: 'image', id: '*', requestTags: tags}, touchedSnapshot(cloud, root)])
      const image = addImage(cloud, tags, {
        name: input.Name ?? '',
        architecture: input.Architecture === 'arm64' ? 'arm64' : 'x86_64',
        rootDeviceName: input.RootDeviceName ?? '',
        mappings: (input.BlockDeviceMappings ?? []).map((mapping) => withSizes(cloud, mapping)),
        username: 'admin',
        ...(input.Description !== undefined ? {description: input.Description} : {}),
        ...(input.ImdsSupport === 'v2.0' ? {imdsSupport: 'v2.0'} : {})
      })
      settleAt(image, 'available', root.content)
      return {ImageId: image.id}
    }
  }
}

/** @throws AwsError MissingParameter, InvalidSnapshot.NotFound, InvalidParameterValue */
function rootSnapshot(
  cloud: Ec2Cloud,
  {RootDeviceName: root, BlockDeviceMappings: mappings = []}: RegisterImageRequest
): SnapshotRecord {
  if (root === undefined) throw missingParameter('rootDeviceName')
  const id = mappings.find(({DeviceName}) => DeviceName === root)?.Ebs?.SnapshotId
  if (id === undefined) throw missingParameter('blockDeviceMapping.ebs.snapshotId of the root device')
  const snapshot = find('snapshot', visibleSnapshots(cloud), id)
  if (snapshot.state !== 'completed')
    throw new AwsError('IncorrectState', `Snapshot is in invalid state - ${snapshot.state}`)
  if (!snapshot.content) throw invalidValue(id, 'snapshotId', 'It holds no root file system that a machine could boot.')
  return snapshot
}

function withSizes(cloud: Ec2Cloud, mapping: BlockDeviceMapping): BlockDeviceMapping {
  if (!mapping.Ebs) return mapping
  const snapshot = cloud.snapshots.get(mapping.Ebs.SnapshotId ?? '')
  const defaults = {
    VolumeSize: snapshot?.size,
    VolumeType: 'gp2' as const,
    DeleteOnTermination: true,
    Encrypted: snapshot?.encrypted
  }
  return {...mapping, Ebs: {...defaults, ...mapping.Ebs}}
}
