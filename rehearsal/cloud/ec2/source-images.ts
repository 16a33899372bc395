import {newId} from './resources.ts'
import type {Ec2Cloud, ImageRecord} from './store.ts'

/** Debian's account (wiki.debian.org/Cloud/AmazonEC2Image). */
const debianAccount = '136693071363'

/** Amazon Linux's (Amazon Linux 2023 user guide, "Naming and versioning"). */
const amazonAccount = '137112412989'

interface Published {
  readonly owner: string
  readonly name: string
  readonly architecture: ImageRecord['architecture']
  readonly username: string
}

/**
 * Offers Debian 13 as Debian publishes it, once for each architecture and under other ids in each region; and where machines
 * are light, which run nothing, Amazon Linux 2023 as well: what tells it from Debian is whom it lets in.
 */
export function addSourceImages(cloud: Ec2Cloud): void {
  const debian = {owner: debianAccount, username: 'admin'}
  addSourceImage(cloud, {...debian, name: 'debian-13-arm64-20261110-2293', architecture: 'arm64'})
  addSourceImage(cloud, {...debian, name: 'debian-13-amd64-20261110-2293', architecture: 'x86_64'})
  if (cloud.driver.name !== 'light') return
  const amazon = {owner: amazonAccount, username: 'ec2-user'}
  for (const architecture of ['arm64', 'x86_64'] as const) {
    const name = `al2023-ami-2023.9.20261109.0-kernel-6.1-${architecture}`
    addSourceImage(cloud, {...amazon, name, architecture})
  }
}

/** Amazon Linux 2023 for x86_64, where it is offered. */
export function amazonLinuxImageOf({images}: Ec2Cloud): ImageRecord | undefined {
  return [...images.values()].find(({ownerId, architecture}) => ownerId === amazonAccount && architecture === 'x86_64')
}

/** The source image for x86_64. */
export function sourceImageOf({images, region}: Ec2Cloud): ImageRecord {
  const found = [...images.values()].find(
    ({ownerId, architecture}) => ownerId === debianAccount && architecture === 'x86_64'
  )
  if (!found) throw new Error(`${region} has no source image`)
  return found
}

function addSourceImage(cloud: Ec2Cloud, {owner, name, architecture, username}: Published): void {
  const published = new Date('2026-11-10T06:14:35.000Z')
  const snapshotId = newId('snapshot')
  cloud.snapshots.set(snapshotId, {
    id: snapshotId,
    volumeId: 'vol-ffffffff',
    size: 8,
    description: '',
    encrypted: false,
    startTime: published,
    ownerId: owner,
    state: 'completed',
    content: cloud.driver.sourceContent,
    hidden: false
  })
  const rootDeviceName = '/dev/xvda'
  const image: ImageRecord = {
    id: newId('image'),
    name,
    description: `${name} - the rehearsal's stand-in`,
    ownerId: owner,
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
    username,
    isPublic: true,
    launchUsers: new Set(),
    launchableByAll: true,
    state: 'available',
    content: cloud.driver.sourceContent
  }
  cloud.images.set(image.id, image)
}
