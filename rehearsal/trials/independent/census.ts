import {
  type EC2Client,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeSecurityGroups,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
  DescribeKeyPairsCommand
} from '@aws-sdk/client-ec2'
import {allPages} from '../../../src/aws/calls.ts'

/** `volume vol-0123456789abcdef0` … of everything that the account has and that a bake could make. */
export type Census = ReadonlySet<string>

/** Counts with the SDK alone, and without the action’s own searches: what these overlook is to be seen. */
export async function census(client: EC2Client): Promise<Census> {
  const own = {Owners: ['self']}
  const [instances, volumes, images, snapshots, groups, {KeyPairs = []}] = await Promise.all([
    allPages(paginateDescribeInstances({client}, {})),
    allPages(paginateDescribeVolumes({client}, {})),
    allPages(paginateDescribeImages({client}, own)),
    allPages(paginateDescribeSnapshots({client}, {OwnerIds: ['self']})),
    allPages(paginateDescribeSecurityGroups({client}, {})),
    client.send(new DescribeKeyPairsCommand({}))
  ])
  const running = instances
    .flatMap(({Reservations = []}) => Reservations)
    .flatMap(({Instances = []}) => Instances)
    .filter(({State}) => State?.Name !== 'terminated')
  return new Set([
    ...named(
      'instance',
      running.map(({InstanceId}) => InstanceId)
    ),
    ...named(
      'volume',
      volumes.flatMap(({Volumes = []}) => Volumes).map(({VolumeId}) => VolumeId)
    ),
    ...named(
      'image',
      images.flatMap(({Images = []}) => Images).map(({ImageId}) => ImageId)
    ),
    ...named(
      'snapshot',
      snapshots.flatMap(({Snapshots = []}) => Snapshots).map(({SnapshotId}) => SnapshotId)
    ),
    ...named(
      'security-group',
      groups.flatMap(({SecurityGroups = []}) => SecurityGroups).map(({GroupId}) => GroupId)
    ),
    ...named(
      'key-pair',
      KeyPairs.map(({KeyPairId}) => KeyPairId)
    )
  ])
}

/** What is in one and not in the other. */
export function without(some: Census, others: Iterable<string>): string[] {
  const excluded = new Set(others)
  return [...some].filter((one) => !excluded.has(one)).toSorted()
}

function named(type: string, ids: readonly (string | undefined)[]): string[] {
  return ids.flatMap((id) => (id === undefined ? [] : [`${type} ${id}`]))
}
