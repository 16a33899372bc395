import type {EC2Client, Filter} from '@aws-sdk/client-ec2'
import {tagKeys} from '../aws/tags.ts'
import type {Announced} from '../packer-output/created.ts'
import type {Product} from '../packer-output/messages.ts'
import {messageOf} from '../lib/errors.ts'
import type {Described, Reader, Resource, ResourceType, Search} from '../aws/resources.ts'
import type {Records} from '../ledger/ledger.ts'
import {adviceOn, type Leftover} from './leftovers.ts'
import {prove, type Evidence, type Proved} from './ownership.ts'

/** How one bake's resources are recognised. */
export interface Traces {
  readonly bakeId: string
  readonly records: Records
  /** Packer's announcements in the records; read once, because Packer has ended. */
  readonly announced: Announced
  /**
   * Resources without the bake's tags that were made after this moment are not this bake's. Absent: it has only just
   * ended.
   */
  readonly until?: Date | undefined
  /** Whether a resource of this bake stays, in addition to those that the records list as released. */
  readonly isKept?: (resource: Described) => boolean
}

/** @param home the bake's region */
export function evidenceOf({bakeId, records, announced, until, isKept}: Traces, home: string): Evidence {
  const released = new Set(records.released.map(({type, id}) => `${type} ${id}`))
  return {
    bakeId,
    began: records.began,
    until,
    made: [...records.resources, ...announced.products.map((one) => placed(one, home))],
    announced,
    home,
    stays: (one) => released.has(`${one.type} ${one.id}`) || (isKept?.(one) ?? false)
  }
}

function placed({type, id, region}: Product, home: string): Resource {
  return {type, id, ...(region === home ? {} : {region})}
}

/** All resources that AWS has shown so far, in all regions: those searched for, and others in the answers. */
export class Sight {
  readonly evidence: Evidence
  readonly #described = new Map<string, Described>()
  #proved: Proved | undefined

  constructor(evidence: Evidence) {
    this.evidence = evidence
  }

  add(found: readonly Described[]): void {
    found.forEach((one) => this.#described.set(nameOf(one), one))
    this.#proved = undefined
  }

  has(resource: Resource): boolean {
    return this.#described.has(nameOf(resource))
  }

  get described(): readonly Described[] {
    return [...this.#described.values()]
  }

  get proved(): Proved {
    return (this.#proved ??= prove(this.described, this.evidence))
  }
}

const nameOf = ({type, id, region}: Resource): string => `${type} ${id} ${region ?? ''}`

/** Looks for this bake's resources in one region. */
export class Look {
  /** One for each type that could not be looked for; the other types are still searched. */
  readonly unseen: Leftover[] = []
  /** Absent for the bake's own. */
  readonly region: string | undefined

  readonly #client: EC2Client
  readonly #sight: Sight
  readonly #signal: AbortSignal
  /** Types with ids. */
  readonly #asked = new Set<string>()

  constructor(client: EC2Client, region: string | undefined, sight: Sight, signal: AbortSignal) {
    this.#client = client
    this.region = region
    this.#sight = sight
    this.#signal = signal
  }

  /**
   * Looks for one type: by tag, by the recorded ids, and by further filters. Filters of one request are joined by
   * "and", so each name gets a request; ids are looked for with filters too, because asking for an id that is gone is an
   * error and a filter is not. It does not decide which of the answers are the bake's.
   */
  async for(type: ResourceType, search: Search, filters: readonly Filter[]): Promise<void> {
    const {bakeId, made} = this.#sight.evidence
    const recorded = made.flatMap((one) => (one.type === type && one.region === this.region ? [one.id] : []))
    const idFilter = idFilters[type]
    // First, because what it shows need not be asked for by its id.
    await this.by(type, search, [filter(`tag:${tagKeys.bake}`, [bakeId])])
    await this.by(type, search, [...(idFilter === undefined ? [] : [filter(idFilter, recorded)]), ...filters])
  }

  /** Looks by these filters alone, and for no id that this look has asked for or seen. */
  async by(type: ResourceType, search: Search, filters: readonly Filter[]): Promise<void> {
    const asked = byName(filters)
      .map((one) => (one.Name === idFilters[type] ? filter(one.Name, this.#claim(type, one.Values)) : one))
      .filter(({Values}) => Values.length > 0)
    await this.with(type, async (reader) => (await Promise.all(asked.map((one) => search(reader, [one])))).flat())
  }

  /** @returns the ids that this look has neither seen nor asked for; from now on they count as asked for */
  #claim(type: ResourceType, ids: readonly string[]): string[] {
    const {region} = this
    const place = region === undefined ? {} : {region}
    const some = ids.filter((id) => !this.#asked.has(`${type} ${id}`) && !this.#sight.has({type, id, ...place}))
    some.forEach((id) => this.#asked.add(`${type} ${id}`))
    return some
  }

  /** Looks with a search that is not one by filters. */
  async with(type: ResourceType, search: (reader: Reader) => Promise<Described[]>): Promise<void> {
    try {
      const found = await search({client: this.#client, abortSignal: this.#signal})
      this.#sight.add(found.map((one) => (this.region === undefined ? one : {...one, region: this.region})))
    } catch (error) {
      this.unseen.push(notLookedFor(type, error, {region: this.region}))
    }
  }

  /** The resources of one type in this region that stay, as far as they have been seen. */
  kept(type: ResourceType): readonly Described[] {
    const {described, evidence} = this.#sight
    return described.filter((one) => one.type === type && one.region === this.region && evidence.stays(one))
  }

  /** The bake's resources of one type in this region, as far as they have been seen. */
  own(type: ResourceType): readonly Described[] {
    return this.#sight.proved.own.filter((one) => one.type === type && one.region === this.region)
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

export function filter(Name: string, Values: readonly string[]): WholeFilter {
  return {Name, Values: [...new Set(Values)]}
}

interface WholeFilter {
  readonly Name: string
  readonly Values: string[]
}

/** One filter for each name, with the values of all: they are joined by "or". */
function byName(filters: readonly Filter[]): WholeFilter[] {
  const values = new Map<string, string[]>()
  for (const {Name = '', Values = []} of filters) values.set(Name, [...(values.get(Name) ?? []), ...Values])
  return [...values].map(([name, all]) => filter(name, all))
}

/** For a resource that may not exist at all. */
export const unknownId = '(unknown)'

export function unseen(type: ResourceType, reason: string, region?: string, id = unknownId): Leftover {
  return {type, id, state: '', reason, ...(region !== undefined ? {region} : {})}
}

/** A possible resource of a type that AWS refused to list. */
export function notLookedFor(
  type: ResourceType,
  error: unknown,
  {region, id}: {readonly region?: string | undefined; readonly id?: string} = {}
): Leftover {
  const where = region === undefined ? '' : ` in ${region}`
  const reason = `it could not be looked for${where}: ${messageOf(error)}`
  return {...unseen(type, reason, region, id), advice: adviceOn(error)}
}
