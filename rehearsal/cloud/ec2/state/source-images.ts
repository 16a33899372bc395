import type {BaseName} from '../../../machines/driver.ts'
import {newId} from './resources.ts'
import type {Ec2Cloud, ImageRecord} from './store.ts'

interface Published {
  /** What real machines can run, and what the action knows. Absent: one of the other public images that templates bake on. */
  readonly distribution?: BaseName | 'al2023'
  /** The publisher's account. */
  readonly owner: string
  readonly name: (architecture: ImageRecord['architecture']) => string
  readonly username: string
  readonly rootDeviceName: string
  /** The public parameter of Systems Manager that holds the newest one's id. */
  readonly parameter?: (architecture: ImageRecord['architecture']) => string
  /** Default: both. */
  readonly architectures?: readonly ImageRecord['architecture'][]
  readonly platform?: 'Windows'
  /** Filters do not find it any more. */
  readonly deprecated?: Date
}

const debianName = {x86_64: 'amd64', arm64: 'arm64'} as const

const both = ['arm64', 'x86_64'] as const

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
  },
  ...others()
]

/** Under the publishers' accounts, with the names that the filters of public templates look for; ids and dates are made up. */
function others(): Published[] {
  const ubuntu = (name: string, deprecated?: Date): Published => ({
    owner: '099720109477',
    name: (architecture) => `ubuntu/images/${name.replace('ARCH', debianName[architecture])}`,
    username: 'ubuntu',
    rootDeviceName: '/dev/sda1',
    ...(deprecated ? {deprecated} : {})
  })
  const other = (owner: string, name: string, username: string, rootDeviceName = '/dev/xvda'): Published => ({
    owner,
    name: (architecture) => name.replace('ARCH', architecture).replace('DEB', debianName[architecture]),
    username,
    rootDeviceName
  })
  return [
    ubuntu('hvm-ssd/ubuntu-jammy-22.04-ARCH-server-20261028'),
    ubuntu('hvm-ssd/ubuntu-focal-20.04-ARCH-server-20250605'),
    ubuntu('hvm-ssd/ubuntu-bionic-18.04-ARCH-server-20230607', new Date('2025-06-07T00:00:00Z')),
    ubuntu('hvm-ssd/ubuntu-xenial-16.04-ARCH-server-20210928', new Date('2023-09-28T00:00:00Z')),
    other('136693071363', 'debian-12-DEB-20261109-2292', 'admin'),
    {...other('136693071363', 'debian-10-DEB-20240703-1797', 'admin'), deprecated: new Date('2026-07-03T00:00:00Z')},
    other('137112412989', 'amzn2-ami-hvm-2.0.20261105.0-ARCH-gp2', 'ec2-user'),
    other('137112412989', 'amzn2-ami-kernel-5.10-hvm-2.0.20261105.0-ARCH-gp2', 'ec2-user'),
    other('309956199498', 'RHEL-9.6.0_HVM-20261021-ARCH-0-Hourly2-GP3', 'ec2-user', '/dev/sda1'),
    other('792107900819', 'Rocky-9-EC2-Base-9.6-20261021.0.ARCH', 'rocky', '/dev/sda1'),
    {
      ...other('801119661308', 'Windows_Server-2022-English-Full-Base-2026.11.12', 'Administrator', '/dev/sda1'),
      architectures: ['x86_64'],
      platform: 'Windows'
    }
  ]
}

/**
 * Offers the distributions' images, once for each architecture and under other ids in each region. Where machines are real, that is
 * the one that they run; light ones run nothing, so that what tells one distribution from another is whom it lets in.
 */
export function addSourceImages(cloud: Ec2Cloud): void {
  const {base} = cloud.driver
  for (const one of published.filter(({distribution}) => base === undefined || distribution === base)) {
    for (const architecture of one.architectures ?? both) addSourceImage(cloud, one, architecture)
  }
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
    both.flatMap((architecture) =>
      distribution && parameter
        ? [{name: parameter(architecture), image: imageOf(cloud, distribution, architecture)}]
        : []
    )
  )
  return new Map(entries.flatMap(({name, image}) => (image ? [[name, image.id]] : [])))
}

function imageOf(
  {images}: Ec2Cloud,
  distribution: NonNullable<Published['distribution']>,
  architecture: ImageRecord['architecture']
): ImageRecord | undefined {
  const name = published.find((one) => one.distribution === distribution)?.name(architecture)
  return [...images.values()].find((image) => image.name === name)
}

/** Images from before 2024 have gp2 volumes, which many templates' filters ask for; their publishers' names tell. */
function volumeOf(name: string) {
  return /\bhvm-ssd\/|-gp2$/.test(name)
    ? {VolumeType: 'gp2' as const}
    : {VolumeType: 'gp3' as const, Iops: 3000, Throughput: 125}
}

function addSourceImage(
  cloud: Ec2Cloud,
  {owner, name: nameFor, username, rootDeviceName, platform, deprecated}: Published,
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
          ...volumeOf(name),
          DeleteOnTermination: true,
          Encrypted: false
        }
      }
    ],
    username,
    isPublic: true,
    launchUsers: new Set(),
    launchOrganizations: new Set(),
    launchUnits: new Set(),
    launchableByAll: true,
    state: 'available',
    ...(platform ? {platform} : {}),
    ...(deprecated ? {deprecationTime: deprecated} : {}),
    ownerAlias: 'amazon',
    content: cloud.driver.sourceContent
  }
  cloud.images.set(image.id, image)
}
