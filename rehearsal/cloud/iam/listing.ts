import {AwsError} from '../protocol/errors.ts'

interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** One page of a list, of 100 things unless the call asks for fewer or more. */
export interface Page<T> {
  readonly items: T[]
  readonly IsTruncated: boolean
  readonly Marker: string | undefined
}

/** @throws AwsError ValidationError for a marker that no answer gave */
export function pageOf<T>(things: readonly T[], {Marker: marker, MaxItems: size = 100}: PageInput): Page<T> {
  const start = marker === undefined ? 0 : Number(marker)
  if (!Number.isInteger(start)) throw new AwsError('ValidationError', `Invalid Marker: ${marker}`)
  const end = start + size
  const more = end < things.length
  return {items: things.slice(start, end), IsTruncated: more, Marker: more ? String(end) : undefined}
}
