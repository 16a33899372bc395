import {isIdentity, type ProcessIdentity} from '../lib/processes.ts'
import {resourceTypes, type ResourceType} from '../aws/resources.ts'

/** A line of the ledger. */
export type Entry =
  | {readonly began: string}
  | {readonly intent: ResourceType; readonly key: string}
  | {readonly made: ResourceType; readonly id: string; readonly key?: string; readonly region?: string}
  | {readonly refused: string}
  | {readonly released: ResourceType; readonly id: string; readonly region?: string}
  | {readonly packer: ProcessIdentity}
  /** Regions that copies of the image may be in. */
  | {readonly copies: readonly string[]}

/** Ids and names as AWS gives them. There must be no wildcards, because ids are looked for with filters. */
const id = /^[\w-]{1,128}$/

/**
 * Reads a line. The file lies where other programs of the job can write, so a line that does not have the ledger's own
 * form is ignored.
 *
 * @returns undefined for a line that a kill has cut short, or that is damaged
 */
export function entryOf(line: string): Entry | undefined {
  const value = parsed(line)
  const isType = (name: string): boolean => resourceTypes.some((type) => type === value[name])
  const isText = (name: string): boolean => typeof value[name] === 'string'
  const isMaybeText = (name: string): boolean => value[name] === undefined || isText(name)
  const hasId = isText('id') && id.test(String(value['id']))
  const isEntry =
    (isText('began') && !Number.isNaN(Date.parse(String(value['began'])))) ||
    (isType('intent') && isText('key')) ||
    (isType('made') && hasId && isMaybeText('key') && isMaybeText('region')) ||
    isText('refused') ||
    (isType('released') && hasId && isMaybeText('region')) ||
    isIdentity(value['packer']) ||
    isRegions(value['copies'])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its form has just been checked
  return isEntry ? (value as unknown as Entry) : undefined
}

function isRegions(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && /^[a-z0-9-]{1,30}$/.test(one))
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? {...value} : {}
  } catch {
    return {}
  }
}
