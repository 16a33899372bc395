import type {EC2Client, Filter} from '@aws-sdk/client-ec2'
import {tagKeys} from '../image/tags.ts'
import type {Announced} from '../packer/announced.ts'
import {messageOf} from '../report/errors.ts'
import type {Described, Reader, Search} from './describe.ts'
import type {Records} from './ledger.ts'
import {adviceOn} from './leftovers.ts'
import type {Resource, ResourceType} from './resource.ts'

/** Something that is in the account, or may be, and why it is. */
export interface Leftover extends Resource {
  /** As AWS tells it; empty for what has no state. */
  readonly state: string
  readonly reason: string
  /** What to change, where AWS's error tells. */
  readonly advice?: string | undefined
}

/** What leads to the things of one bake. */
export interface Traces {
  readonly bakeId: string
  readonly records: Records
  /** What the records have of Packer's announcements; read once, because Packer has ended. */
  readonly announced: Announced
  /** What carries no tag of ours and was made after this moment is not this bake's. Absent: it has only just ended. */
  readonly until?: Date
  /** Whether something of this bake is to stay, over what the records have as released. */
  readonly isKept?: (resource: Described) => boolean
}

/** Looks for this bake's things in one region. */
export class Look {
  /** Of what stays, or turned out to be somebody else's: nothing that leads away from it is followed. */
  readonly others = new Map<string, Described>()
  /** One for each type that could not be looked for; the other types are not given up for it. */
  readonly unseen: Leftover[] = []

  readonly #client: EC2Client
  readonly #region: string | undefined
  readonly #traces: Traces
  readonly #signal: AbortSignal

  /** @param region absent for the bake's own */
  constructor(client: EC2Client, region: string | undefined, traces: Traces, signal: AbortSignal) {
    this.#client = client
    this.#region = region
    this.#traces = traces
    this.#signal = signal
  }

  /**
   * This bake's things of one type: by tag, by the recorded ids, and by what else leads to them. Filters of one request
   * are joined by "and", so each gets a request; ids are looked for with filters too, because asking for an id that is
   * gone is an error and a filter is not.
   */
  for(type: ResourceType, search: Search, filters: readonly Filter[]): Promise<Described[]> {
    const idFilter = idFilters[type]
    const all = [
      filter(`tag:${tagKeys.bake}`, [this.#traces.bakeId]),
      ...(idFilter === undefined ? [] : [filter(idFilter, this.recorded(type))]),
      ...filters
    ].filter(({Values}) => Values?.length)
    return this.with(type, async (reader) => (await Promise.all(all.map((one) => search(reader, [one])))).flat())
  }

  /** The same with a search that is not one by filters. */
  async with(type: ResourceType, search: (reader: Reader) => Promise<Described[]>): Promise<Described[]> {
    try {
      return this.#ours(await search({client: this.#client, abortSignal: this.#signal}))
    } catch (error) {
      this.unseen.push(notLookedFor(type, error, {region: this.#region}))
      return []
    }
  }

  /** The recorded ids of one type, in this region. */
  recorded(type: ResourceType): string[] {
    return this.#traces.records.resources.flatMap((one) =>
      one.type === type && one.region === this.#region ? [one.id] : []
    )
  }

  /** What is this bake's and not to stay, each once. */
  #ours(found: readonly Described[]): Described[] {
    const {records, isKept = () => false} = this.#traces
    const released = new Set(records.released.map(({id}) => id))
    const goes = (one: Described): boolean => this.#isOurs(one) && !released.has(one.id) && !isKept(one)
    found.filter((one) => !goes(one)).forEach((one) => this.others.set(one.id, one))
    const unique = new Map(found.filter(goes).map((one) => [one.id, one]))
    return [...unique.values()].map((one) => (this.#region === undefined ? one : {...one, region: this.#region}))
  }

  /**
   * What carries our tag is ours. Everything else that a trace leads to may be the user's own (a volume on our instance,
   * a snapshot in our image's mapping): it is ours only if it was made while the bake was running.
   */
  #isOurs({type, tags, created}: Described): boolean {
    const {bakeId, records, until} = this.#traces
    const bake = tags[tagKeys.bake]
    if (bake !== undefined) return bake === bakeId
    // AWS does not tell when a group was made, and it is looked for by unique names alone.
    if (created === undefined) return type === 'security-group'
    return created >= records.began && (until === undefined || created <= until)
  }
}

/** The others cannot be filtered by id. */
const idFilters: Partial<Record<ResourceType, string>> = {
  instance: 'instance-id',
  'spot-request': 'spot-instance-request-id',
  volume: 'volume-id',
  image: 'image-id',
  snapshot: 'snapshot-id',
  'security-group': 'group-id',
  'key-pair': 'key-pair-id'
}

export function filter(Name: string, Values: readonly string[]): Filter {
  return {Name, Values: [...new Set(Values)]}
}

export function unseen(type: ResourceType, reason: string, region?: string, id = '(unknown)'): Leftover {
  return {type, id, state: '', reason, ...(region === undefined ? {} : {region})}
}

/** Something of a type that AWS would not tell of. */
export function notLookedFor(
  type: ResourceType,
  error: unknown,
  {region, id}: {readonly region?: string | undefined; readonly id?: string} = {}
): Leftover {
  return {...unseen(type, `it could not be looked for: ${messageOf(error)}`, region, id), advice: adviceOn(error)}
}
