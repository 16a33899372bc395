import {newId} from './resources.ts'
import type {Ec2Cloud, ImageRecord} from './store.ts'

/** Debian's account (wiki.debian.org/Cloud/AmazonEC2Image). */
const debianAccount = '136693071363'

/** Offers Debian 13 as Debian publishes it, once for each architecture and under other ids in each region. */
export function addSourceImages(cloud: Ec2Cloud): void {
  addSourceImage(cloud, 'arm64', 'arm64')
  addSourceImage(cloud, 'amd64', 'x86_64')
}

/** The source image for x86_64. */
export function sourceImageOf({images, region}: Ec2Cloud): ImageRecord {
  const found = [...images.values()].find(
    ({ownerId, architecture}) => ownerId === debianAccount && architecture === 'x86_64'
  )
  if (!found) throw new Error(`${region} has no source image`)
  return found
}

function addSourceImage(cloud: Ec2Cloud, debianName: string, architecture: ImageRecord['architecture']): void {
  const published = new Date('2026-11-10T06:14:35.000Z')
  const snapshotId = newId('snapshot')
  cloud.snapshots.set(snapshotId, {
    id: snapshotId,
    volumeId: 'vol-ffffffff',
    size: 8,
    description: '',
    encrypted: false,
    startTime: published,
    ownerId: debianAccount,
    state: 'completed',
    content: cloud.driver.sourceContent,
    hidden: false
  })
  const rootDeviceName = '/dev/xvda'
  const image: ImageRecord = {
    id: newId('image'),
    name: `debian-13-${debianName}-20261110-2293`,
    description: `Debian 13 (20261110-2293) - the rehearsal's stand-in`,
    ownerId: debianAccount,
    creationDate: published,
    architecture,
    rootDeviceName,
    mappings: [
      {
        DeviceName: rootDeviceName,
        Ebs: {
          SnapshotId: snapshotId,
          VolumeSize: 8,
          VolumeType: 'gp3',
          Iops: 3000,
          Throughput: 125,
          DeleteOnTermination: true,
          Encrypted: false
        }
      }
    ],
    username: 'admin',
    isPublic: true,
    launchUsers: new Set(),
    launchableByAll: true,
    state: 'available',
    content: cloud.driver.sourceContent
  }
  cloud.images.set(image.id, image)
}
