import type {BaseName} from '../../machines/driver.ts'
import {newId} from './resources.ts'
import type {Ec2Cloud, ImageRecord} from './store.ts'

interface Published {
  readonly distribution: BaseName | 'al2023'
  /** The publisher's account. */
  readonly owner: string
  readonly name: (architecture: ImageRecord['architecture']) => string
  readonly username: string
  readonly rootDeviceName: string
  /** The public parameter of Systems Manager that holds the newest one's id. */
  readonly parameter: (architecture: ImageRecord['architecture']) => string
}

const debianName = {x86_64: 'amd64', arm64: 'arm64'} as const

/** As their publishers offer them, in every region. */
const published: readonly Published[] = [
  // wiki.debian.org/Cloud/AmazonEC2Image
  {
    distribution: 'debian-13',
    owner: '136693071363',
    name: (architecture) => `debian-13-${debianName[architecture]}-20261110-2293`,
    username: 'admin',
    rootDeviceName: '/dev/xvda',
    parameter: (architecture) => `/aws/service/debian/release/13/latest/${debianName[architecture]}`
  },
  // Ubuntu on AWS, "Find Ubuntu images on AWS"
  {
    distribution: 'ubuntu-24.04',
    owner: '099720109477',
    name: (architecture) => `ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-${debianName[architecture]}-server-20261104`,
    username: 'ubuntu',
    rootDeviceName: '/dev/sda1',
    parameter: (architecture) =>
      `/aws/service/canonical/ubuntu/server/24.04/stable/current/${debianName[architecture]}/hvm/ebs-gp3/ami-id`
  },
  // Amazon Linux 2023 user guide, "Naming and versioning", "Launching AL2023 using the SSM parameter"
  {
    distribution: 'al2023',
    owner: '137112412989',
    name: (architecture) => `al2023-ami-2023.9.20261109.0-kernel-6.1-${architecture}`,
    username: 'ec2-user',
    rootDeviceName: '/dev/xvda',
    parameter: (architecture) => `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-${architecture}`
  }
]

/**
 * Offers the distributions' images, once for each architecture and under other ids in each region. Where machines are real, that is
 * the one that they run; light ones run nothing, so that what tells one distribution from another is whom it lets in.
 */
export function addSourceImages(cloud: Ec2Cloud): void {
  const {base} = cloud.driver
  for (const one of published.filter(({distribution}) => base === undefined || distribution === base)) {
    for (const architecture of ['arm64', 'x86_64'] as const) addSourceImage(cloud, one, architecture)
  }
}

/** Amazon Linux 2023 for x86_64, where it is offered. */
export function amazonLinuxImageOf(cloud: Ec2Cloud): ImageRecord | undefined {
  return imageOf(cloud, 'al2023', 'x86_64')
}

/** The source image for x86_64: what real machines run, or Debian's. */
export function sourceImageOf(cloud: Ec2Cloud): ImageRecord {
  const found = imageOf(cloud, cloud.driver.base ?? 'debian-13', 'x86_64')
  if (!found) throw new Error(`${cloud.region} has no source image`)
  return found
}

/** The public parameters with the ids of the images in a region, by name. */
export function imageParameters(cloud: Ec2Cloud): Map<string, string> {
  const entries = published.flatMap(({distribution, parameter}) =>
    (['arm64', 'x86_64'] as const).map((architecture) => ({
      name: parameter(architecture),
      image: imageOf(cloud, distribution, architecture)
    }))
  )
  return new Map(entries.flatMap(({name, image}) => (image ? [[name, image.id]] : [])))
}

function imageOf(
  {images}: Ec2Cloud,
  distribution: Published['distribution'],
  architecture: ImageRecord['architecture']
): ImageRecord | undefined {
  const owner = published.find((one) => one.distribution === distribution)?.owner
  return [...images.values()].find((image) => image.ownerId === owner && image.architecture === architecture)
}

function addSourceImage(
  cloud: Ec2Cloud,
  {owner, name: nameFor, username, rootDeviceName}: Published,
  architecture: ImageRecord['architecture']
): void {
  const name = nameFor(architecture)
  const created = new Date('2026-11-10T06:14:35.000Z')
  const snapshotId = newId('snapshot')
  cloud.snapshots.set(snapshotId, {
    id: snapshotId,
    volumeId: 'vol-ffffffff',
    size: 8,
    description: '',
    encrypted: false,
    startTime: created,
    ownerId: owner,
    state: 'completed',
    content: cloud.driver.sourceContent,
    hidden: false
  })
  const image: ImageRecord = {
    id: newId('image'),
    name,
    description: `${name} - the rehearsal's stand-in`,
    ownerId: owner,
    creationDate: created,
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
