import type {Filter, Tag} from '@aws-sdk/client-ec2'
import {fits} from '../../auth/wildcard.ts'
import {AwsError, invalidCombination, invalidValue, missingParameter} from '../../protocol/errors.ts'

type FilterValue = string | number | boolean | Date | undefined

/** What each filter of a Describe operation looks at. `tag:KEY` and `tag-key` need no entry. */
export type FilterTable<T> = Readonly<Record<string, (thing: T) => FilterValue | readonly FilterValue[]>>

interface ListInput {
  readonly Filters?: Filter[] | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

interface ListRules<T> {
  readonly filters: FilterTable<T>
  /** What MaxResults may be. */
  readonly limits: {readonly least: number; readonly most: number}
  /** True where the caller named the things it wants: then it may not ask for pages. */
  readonly byId?: boolean
}

/** AWS calls the tags of a network interface `TagSet`, and those of everything else `Tags`. */
interface Tagged {
  readonly Tags?: readonly Tag[] | undefined
  readonly TagSet?: readonly Tag[] | undefined
}

function tagsOf(thing: Tagged): readonly Tag[] {
  return thing.Tags ?? thing.TagSet ?? []
}

/**
 * The part of the things that a Describe call asked for.
 *
 * @throws AwsError InvalidParameterValue (unknown filter, MaxResults out of range), InvalidParameterCombination,
 * InvalidPaginationToken
 */
export function list<T extends object>(
  things: readonly T[],
  input: ListInput,
  {filters, limits, byId = false}: ListRules<T>
): {items: T[]; NextToken: string | undefined} {
  const {MaxResults: size, NextToken: token} = input
  if (byId && size !== undefined) {
    throw invalidCombination('The parameter maxResults cannot be used with a list of ids in the same call')
  }
  if (size !== undefined && (size < limits.least || size > limits.most)) {
    throw invalidValue(String(size), 'maxResults', `Expecting a value from ${limits.least} to ${limits.most}.`)
  }
  const matching = filtered(things, input.Filters, filters)
  const start = token === undefined ? 0 : readToken(token)
  const end = start + (size ?? matching.length)
  return {items: matching.slice(start, end), NextToken: end < matching.length ? newToken(end) : undefined}
}

/** @throws AwsError InvalidParameterValue for a filter that the operation does not have */
export function filtered<T extends object>(
  things: readonly T[],
  wanted: readonly Filter[] | undefined,
  table: FilterTable<T>
): T[] {
  const tests = (wanted ?? []).map((filter) => testOf(filter, table))
  return things.filter((thing) => tests.every((test) => test(thing)))
}

function testOf<T extends object>({Name: name, Values: values = []}: Filter, table: FilterTable<T>) {
  if (name === undefined) throw missingParameter('Filter.Name')
  const read = readerOf(name, table)
  return (thing: T): boolean =>
    [read(thing)].flat().some((value) => value !== undefined && values.some((pattern) => fits(pattern, textOf(value))))
}

function readerOf<T extends object>(name: string, table: FilterTable<T>): FilterTable<T>[string] {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length)
    return (thing) =>
      tagsOf(thing)
        .filter((tag) => tag.Key === key)
        .map((tag) => tag.Value)
  }
  if (name === 'tag-key') return (thing) => tagsOf(thing).map((tag) => tag.Key)
  const reader = Object.hasOwn(table, name) ? table[name] : undefined
  if (!reader) throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`)
  return reader
}

function textOf(value: string | number | boolean | Date): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

const tokenPrefix = 'page:'

const newToken = (start: number): string => Buffer.from(`${tokenPrefix}${start}`).toString('base64url')

function readToken(token: string): number {
  const text = Buffer.from(token, 'base64url').toString()
  const start = text.startsWith(tokenPrefix) ? Number(text.slice(tokenPrefix.length)) : NaN
  if (!Number.isInteger(start))
    throw new AwsError('InvalidPaginationToken', 'The specified pagination token is invalid')
  return start
}
