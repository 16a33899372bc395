import {deflateRawSync, inflateRawSync} from 'node:zlib'
import type {Contents} from './contents.ts'

/** EC2 allows 256 characters in a tag's value, and 50 tags on a resource, of which the user's may be 40. */
const longest = 256
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
  const text = deflateRawSync(JSON.stringify(contents), {level: 9}).toString('base64url')
  const parts = text.match(new RegExp(`.{1,${longest}}`, 'g')) ?? []
  return parts.length <= mostTags ? parts : []
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
