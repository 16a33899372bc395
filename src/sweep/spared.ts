import type {Described, Resource} from '../aws/resources.ts'

/** Tells what stays for a person who wants to look: with a machine its volumes and its network interfaces. */
export function isOneOf(spared: readonly Resource[]): (one: Described) => boolean {
  const ids = new Set(spared.map(({id}) => id))
  return ({id, instanceIds = []}) => ids.has(id) || instanceIds.some((one) => ids.has(one))
}
