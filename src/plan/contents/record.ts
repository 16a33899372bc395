import {deflateRawSync, inflateRawSync} from 'node:zlib'
import {partsForTags} from '../../aws/tags.ts'
import type {Contents} from './contents.ts'

/** EC2 allows 50 tags on a resource, of which the user's may be 40. */
const mostTags = 4

/** The most that is read back, in bytes. */
const mostBytes = 100_000

/**
 * The contents of an image as values of tags, so that the next bake can say what has changed: compressed, because a list
 * of plugins is long.
 *
 * @returns none if they do not fit
 */
export function recorded(contents: Contents): string[] {
  return partsForTags(deflateRawSync(JSON.stringify(contents), {level: 9}).toString('base64url'), mostTags)
}

/** @returns undefined for what {@link recorded} has not written */
export function fromRecord(parts: readonly string[]): Contents | undefined {
  try {
    const bytes = inflateRawSync(Buffer.from(parts.join(''), 'base64url'), {maxOutputLength: mostBytes})
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return isContents(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isContents(value: unknown): value is Contents {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  )
}
