import type {CopyImageRequest} from '@aws-sdk/client-ec2'
import {AwsError} from '../../protocol/errors.ts'
import {madeBefore, remember} from '../state/idempotency.ts'
import {addImage, checkName, findUsableImage, settleAt, touchedImage} from '../state/images.ts'
import {newId} from '../state/resources.ts'
import {addSnapshot, finish} from '../state/snapshots.ts'
import type {Ec2Cloud, ImageRecord, Tags} from '../state/store.ts'
import {tagsAtCreation} from '../state/tags.ts'
import type {Operations} from './operation.ts'

export function copyImageOperations(cloud: Ec2Cloud): Operations {
  return {
    CopyImage: async (input, call) => {
      const from = cloud.regions.at(input.SourceRegion ?? '')
      if (!from) throw new AwsError('InvalidRegion', `The region '${input.SourceRegion}' does not exist.`)
      const source = findUsableImage(from, input.SourceImageId ?? '')
      const [earlier] = madeBefore(cloud, 'CopyImage', input) ?? []
      if (earlier === undefined) checkName(cloud, input.Name)
      const tagsOf = tagsAtCreation(input.TagSpecifications, ['image', 'snapshot'])
      await call.permit([
        {type: 'image', id: '*', requestTags: tagsOf('image')},
        {...touchedImage(from, source), home: from},
        {type: 'snapshot', id: '*', requestTags: tagsOf('snapshot')}
      ])
      if (earlier !== undefined) return {ImageId: earlier}
      const image = copyImage(cloud, {from, source}, input, tagsOf)
      remember(cloud, 'CopyImage', input, [image.id])
      return {ImageId: image.id}
    }
  }
}

/** The image to copy, and the region that it is in. */
interface Source {
  readonly from: Ec2Cloud
  readonly source: ImageRecord
}

/** "An arbitrary volume ID that should not be used for any purpose" (EC2 API reference, CopySnapshot). */
const volumeOfCopies = 'vol-ffffffff'

/** A copy has snapshots of its own, and its content once the source's has been copied. */
function copyImage(
  cloud: Ec2Cloud,
  {from, source}: Source,
  input: CopyImageRequest,
  tagsOf: (type: 'image' | 'snapshot') => Tags
): ImageRecord {
  const encrypted = input.Encrypted === true || input.KmsKeyId !== undefined
  const id = newId('image')
  const mappings = source.mappings.map((mapping) => {
    const original = from.snapshots.get(mapping.Ebs?.SnapshotId ?? '')
    if (!original) return mapping
    const disk = {
      ...original,
      id: volumeOfCopies,
      encrypted: encrypted || original.encrypted,
      kmsKeyId: input.KmsKeyId ?? (from === cloud ? original.kmsKeyId : undefined)
    }
    const description = `Copied for DestinationAmi ${id} from SourceAmi ${source.id} for SourceSnapshot ${original.id}.`
    const snapshot = addSnapshot(cloud, disk, description, tagsOf('snapshot'))
    finish(cloud, snapshot, 'completed', original.content)
    return {...mapping, Ebs: {...mapping.Ebs, SnapshotId: snapshot.id, Encrypted: snapshot.encrypted}}
  })
  const ownTags = input.CopyImageTags === true ? (from.tags.get(source.id) ?? new Map<string, string>()) : []
  const image = addImage(cloud, new Map([...ownTags, ...tagsOf('image')]), {
    id,
    name: input.Name ?? '',
    description: input.Description ?? `[Copied ${source.id} from ${from.region}] ${source.description ?? source.name}`,
    architecture: source.architecture,
    rootDeviceName: source.rootDeviceName,
    mappings,
    username: source.username,
    sourceImageId: source.id,
    sourceImageRegion: from.region,
    ...(source.platform ? {platform: source.platform} : {}),
    ...(source.imdsSupport ? {imdsSupport: source.imdsSupport} : {})
  })
  settleAt(image, 'available', source.content)
  return image
}
