import type {Described, Resource} from '../aws/resources.ts'
import type {Sight} from './search.ts'

/** A resource of the bake that cannot be removed as long as another resource uses it. */
export interface Use {
  readonly resource: Described
  readonly by: Resource
  /** The bake released the resource that uses it. */
  readonly byKept: boolean
}

/**
 * The bake's resources that are used by resources which are not the bake's, or which stay. AWS always refuses to remove
 * them: a snapshot in an image, a volume on an instance, a group of an instance.
 *
 * @param seesInstances false where instances could not be looked for: the one that a volume is attached to may be the bake's
 */
export function usesOf(own: readonly Described[], {described, evidence, proved}: Sight, seesInstances: boolean): Use[] {
  const others = described.filter((one) => !proved.own.includes(one) && one.state !== 'terminated')
  return own.flatMap((resource): Use[] => {
    const user = others.find((one) => one.region === resource.region && uses(one, resource))
    if (user) return [{resource, by: {type: user.type, id: user.id}, byKept: evidence.stays(user)}]
    const [instance] = seesInstances && resource.type === 'volume' ? strangersOf(resource, proved.ids('instance')) : []
    return instance === undefined ? [] : [{resource, by: {type: 'instance', id: instance}, byKept: false}]
  })
}

function uses(one: Described, {type, id}: Described): boolean {
  if (type === 'snapshot') return one.type === 'image' && (one.snapshotIds ?? []).includes(id)
  if (type === 'security-group') return one.type === 'instance' && (one.groupIds ?? []).includes(id)
  return false
}

/** Only the bake's instances were looked for: a volume says itself what it is attached to. */
function strangersOf({instanceIds = []}: Described, own: readonly string[]): string[] {
  return instanceIds.filter((id) => !own.includes(id))
}
