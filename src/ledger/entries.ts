import {isIdentity, type ProcessIdentity} from '../lib/processes.ts'
import {temporaryIamName} from '../packer-output/build-announcements.ts'
import {resourceTypes, type ResourceType} from '../aws/resources.ts'

/** A line of the ledger. */
export type Entry =
  | {readonly began: string}
  | {readonly intent: ResourceType; readonly key: string; readonly region?: string}
  | {readonly made: ResourceType; readonly id: string; readonly key?: string; readonly region?: string}
  | {readonly refused: string}
  | {readonly released: ResourceType; readonly id: string; readonly region?: string}
  /** It stays for a while, for a person who wants to look. */
  | {readonly spared: ResourceType; readonly id: string; readonly region?: string}
  | {readonly packer: ProcessIdentity}
  /** Regions that copies of the image may be in. */
  | {readonly copies: readonly string[]}

/**
 * The forms of AWS's ids, and of the names that Packer makes up in IAM. There must be no wildcards, because ids are
 * looked for with filters.
 */
const ids: Readonly<Record<ResourceType, RegExp>> = {
  instance: /^i-[0-9a-f]{8,32}$/,
  'spot-request': /^sir-[0-9a-z]{8,32}$/,
  'launch-template': /^lt-[0-9a-f]{8,32}$/,
  volume: /^vol-[0-9a-f]{8,32}$/,
  image: /^ami-[0-9a-f]{8,32}$/,
  snapshot: /^snap-[0-9a-f]{8,32}$/,
  'security-group': /^sg-[0-9a-f]{8,32}$/,
  'key-pair': /^key-[0-9a-f]{8,32}$/,
  'instance-profile': temporaryIamName,
  role: temporaryIamName
}
const region = /^[a-z0-9-]{1,30}$/

type Members = Readonly<Record<string, unknown>>

/** One for each kind of entry, by the member that only this kind has. @returns undefined when the form is wrong */
const kinds: Readonly<Record<string, (line: Members) => Entry | undefined>> = {
  began: ({began}) => (isText(began) && !Number.isNaN(Date.parse(began)) ? {began} : undefined),
  intent({intent, key, region: place}) {
    if (!isType(intent) || !isText(key) || !(place === undefined || isRegion(place))) return undefined
    return {intent, key, ...(place !== undefined ? {region: place} : {})}
  },
  made({made, key, ...line}) {
    const place = placeOf(made, line)
    if (!isType(made) || place === undefined || !(key === undefined || isText(key))) return undefined
    return {made, ...place, ...(key !== undefined ? {key} : {})}
  },
  refused: ({refused}) => (isText(refused) ? {refused} : undefined),
  released({released, ...line}) {
    const place = placeOf(released, line)
    return isType(released) && place !== undefined ? {released, ...place} : undefined
  },
  spared({spared, ...line}) {
    const place = placeOf(spared, line)
    return isType(spared) && place !== undefined ? {spared, ...place} : undefined
  },
  packer: ({packer}) => (isIdentity(packer) ? {packer: processOf(packer)} : undefined),
  copies: ({copies}) => (Array.isArray(copies) && copies.every(isRegion) ? {copies} : undefined)
}

/**
 * Reads a line. The file lies where other programs of the job can write, and a process is killed and resources are
 * removed on its word. So a line is ignored unless it is one entry of the ledger's own form, and only the members that
 * were checked are taken from it.
 *
 * @returns undefined for a line that a kill has cut short, or that is damaged
 */
export function entryOf(line: string): Entry | undefined {
  const value = parsed(line)
  const [kind, ...others] = Object.keys(kinds).filter((name) => name in value)
  return kind === undefined || others.length > 0 ? undefined : kinds[kind]?.(value)
}

/** The id and the region in a line about a resource. */
function placeOf(type: unknown, line: Members): {readonly id: string; readonly region?: string} | undefined {
  const {id, region: place} = line
  if (!isType(type) || !isText(id) || !ids[type].test(id)) return undefined
  if (place === undefined) return {id}
  return isRegion(place) ? {id, region: place} : undefined
}

function processOf({pid, startTime, mark}: ProcessIdentity): ProcessIdentity {
  return {pid, startTime, ...(mark !== undefined ? {mark} : {})}
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isType(value: unknown): value is ResourceType {
  return resourceTypes.some((type) => type === value)
}

function isRegion(value: unknown): value is string {
  return isText(value) && region.test(value)
}

function parsed(line: string): Members {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? {...value} : {}
  } catch {
    return {}
  }
}
