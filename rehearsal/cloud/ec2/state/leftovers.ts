import type {Leftover} from '../../cloud.ts'
import type {IamStore} from '../../iam/store.ts'
import {isCurrent} from './instances.ts'
import type {Ec2Regions} from './regions.ts'
import {settle} from './settle.ts'
import {isLive} from './spot-requests.ts'
import type {Ec2Cloud} from './store.ts'

/**
 * What was made in any region and not removed, hidden or not. The images named in `kept` are left out, with their
 * snapshots. Fleets are not counted: an instant one ends with its instances, and nobody is billed for its record.
 */
export function leftovers(regions: Ec2Regions, iam: IamStore, kept: readonly string[] = []): Leftover[] {
  const inRegions = regions.used.flatMap((cloud) => {
    const region = cloud === regions.home ? {} : {region: cloud.region}
    return leftoversIn(cloud, kept).map((leftover) => ({...leftover, ...region}))
  })
  return [...inRegions, ...leftoversOfIam(iam)]
}

function leftoversIn(cloud: Ec2Cloud, kept: readonly string[]): Leftover[] {
  settle(cloud)
  const own = ({ownerId}: {readonly ownerId: string}): boolean => ownerId === cloud.accountId
  const keptSnapshots = new Set(
    kept.flatMap((id) => cloud.images.get(id)?.mappings.map(({Ebs}) => Ebs?.SnapshotId) ?? [])
  )
  return [
    ...of('instance', [...cloud.instances.values()].filter(isCurrent)),
    ...of(
      'spot-request',
      [...cloud.spotRequests.values()].filter((request) => isLive(cloud, request))
    ),
    ...of('launch-template', [...cloud.launchTemplates.values()]),
    ...of('volume', [...cloud.volumes.values()]),
    ...of(
      'image',
      [...cloud.images.values()].filter((image) => own(image) && !kept.includes(image.id))
    ),
    ...of(
      'snapshot',
      [...cloud.snapshots.values()].filter((one) => own(one) && !keptSnapshots.has(one.id))
    ),
    ...of(
      'security-group',
      [...cloud.groups.values()].filter(({id}) => id !== cloud.network.defaultGroupId)
    ),
    ...of('key-pair', [...cloud.keyPairs.values()])
  ]
}

/** IAM's things are known by their names. */
function leftoversOfIam({roles, instanceProfiles, givenRoles}: IamStore): Leftover[] {
  const made = [...roles.keys()].filter((name) => !givenRoles.has(name))
  return [
    ...[...instanceProfiles.keys()].map((id) => ({type: 'instance-profile' as const, id})),
    ...made.map((id) => ({type: 'role' as const, id}))
  ]
}

const of = (type: Leftover['type'], things: readonly {readonly id: string}[]): Leftover[] =>
  things.map(({id}) => ({type, id}))
