import type {DiskContent} from '../../machines/driver.ts'
import {AwsError} from '../protocol/errors.ts'
import {newChange} from './lifecycle.ts'
import {newId} from './resources.ts'
import type {Ec2Cloud, ImageRecord} from './store.ts'
import {putTags, type Tags} from './tags.ts'

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
