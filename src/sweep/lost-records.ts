import type {Records} from '../ledger/ledger.ts'
import type {Resource} from '../aws/resources.ts'
import {announcedBy, type Announced} from '../packer-output/created.ts'
import {temporaryName} from '../packer-output/build-announcements.ts'
import type {LostBake} from './lost-bakes.ts'

/**
 * The ledger of a bake whose own ledger was lost with its runner, reconstructed from its tagged resources. It exists
 * only during the sweep.
 *
 * @param region where copies of its image are looked for
 */
export function recordsOf({began, resources}: LostBake, region: string): Records {
  const known: Resource[] = resources.filter(({state}) => state !== 'terminated').map(({type, id}) => ({type, id}))
  return {
    began,
    resources: known,
    released: [],
    announced: announcedIn(resources, region),
    hasOpenIntents: false,
    regions: [],
    made: (type, id, _key, where) => void known.push(where === undefined ? {type, id} : {type, id, region: where})
  }
}

/**
 * The resources of an instance that an older Packer does not tag: the key pair and the group with its temporary names,
 * and the launch template of a spot instance.
 */
function announcedIn(resources: LostBake['resources'], region: string): Announced {
  const isTemporary = (name: string): boolean => temporaryName.test(name)
  const launchTemplates = resources.flatMap(({tags}) => tags['aws:ec2launchtemplate:id'] ?? [])
  return {
    ...announcedBy(),
    keyPairs: resources.flatMap(({keyName}) => keyName ?? []).filter(isTemporary),
    securityGroups: resources.flatMap(({groupNames = []}) => groupNames).filter(isTemporary),
    launchTemplates,
    spot:
      launchTemplates.length > 0 || resources.some(({type}) => type === 'launch-template' || type === 'spot-request'),
    copyRegions: [region]
  }
}
