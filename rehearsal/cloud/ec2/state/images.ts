import type {DiskContent} from '../../../machines/driver.ts'
import {AwsError} from '../../protocol/errors.ts'
import {newChange} from './lifecycle.ts'
import {checkForm, find, newId} from './resources.ts'
import type {Ec2Cloud, ImageRecord, Tags} from './store.ts'
import {putTags} from './tags.ts'
import type {Touched} from './touched.ts'

/** @throws AwsError InvalidAMIName.Malformed (3 to 128 of the allowed characters), InvalidAMIName.Duplicate */
export function checkName(cloud: Ec2Cloud, name = ''): void {
  if (!/^[A-Za-z0-9()[\] ./'@_-]{3,128}$/u.test(name)) {
    const allowed = "letters, numbers, and the characters ( ) [ ] space . / - ' @ _"
    throw new AwsError(
      'InvalidAMIName.Malformed',
      `AMI names must be between 3 and 128 characters long, and may contain ${allowed}`
    )
  }
  const taken = [...cloud.images.values()].find((image) => image.name === name && image.ownerId === cloud.accountId)
  if (taken) {
    const message = `AMI name ${name} is already in use by AMI ${taken.id}`
    throw new AwsError('InvalidAMIName.Duplicate', message)
  }
}

type NewImage = Pick<ImageRecord, 'name' | 'architecture' | 'rootDeviceName' | 'mappings' | 'username'> &
  Partial<ImageRecord>

export function addImage(cloud: Ec2Cloud, tags: Tags, image: NewImage): ImageRecord {
  const record: ImageRecord = {
    id: newId('image'),
    ownerId: cloud.accountId,
    creationDate: cloud.now(),
    isPublic: false,
    launchUsers: new Set(),
    launchOrganizations: new Set(),
    launchUnits: new Set(),
    launchableByAll: false,
    state: 'pending',
    change: newChange(cloud, 'available'),
    ...image
  }
  cloud.images.set(record.id, record)
  putTags(cloud, record.id, tags)
  return record
}

export function settleAt(image: ImageRecord, to: 'available' | 'failed', content?: DiskContent): void {
  if (content) image.content = content
  if (image.change) image.change = {...image.change, to, happened: true}
}

/**
 * The image that a launch or a copy names.
 *
 * @throws AwsError InvalidAMIID.Malformed, .NotFound, .Unavailable
 */
export function findUsableImage(cloud: Ec2Cloud, id: string): ImageRecord {
  const image = find('image', cloud.images, id)
  if (image.state !== 'available') throw unavailable(id)
  return image
}

/** @throws AwsError AuthFailure for an image of somebody else, InvalidAMIID.Unavailable for one that was deregistered */
export function findOwnImage(cloud: Ec2Cloud, id: string): ImageRecord {
  checkForm('image', id)
  if (cloud.deregistered.has(id)) throw unavailable(id)
  const image = find('image', cloud.images, id)
  if (image.ownerId !== cloud.accountId) throw new AwsError('AuthFailure', `Not authorized for image:${id}`, 403)
  return image
}

const unavailable = (id: string): AwsError =>
  new AwsError('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`)

/** The image as a call's authorization sees it. */
export function touchedImage({accountId}: Ec2Cloud, image: ImageRecord): Touched {
  const owner = image.ownerId === accountId ? accountId : image.ownerId
  return {
    type: 'image',
    id: image.id,
    context: {
      'ec2:ImageID': image.id.slice('ami-'.length),
      'ec2:ImageType': 'machine',
      'ec2:Owner': owner,
      'ec2:Public': String(image.isPublic || image.launchableByAll),
      'ec2:RootDeviceType': 'ebs'
    }
  }
}
