import type {Value} from './value.ts'
import {asText, isMap, textsIn} from './value.ts'

/** How a template finds its source image. */
export interface ImageQuery {
  readonly id?: string
  readonly owners?: readonly string[]
  readonly filters?: readonly (readonly [string, readonly string[]])[]
}

/** @returns undefined if only Packer knows */
export function queryFor(id: string | undefined, filters: Value, owners: Value): ImageQuery | undefined {
  if (id !== undefined) return /^ami-[0-9a-f]{8,17}$/.test(id) ? {id} : undefined
  if (!isMap(filters)) return undefined
  const named = Object.entries(filters).map(([name, value]): [string, string | undefined] => [name, asText(value)])
  const {texts, isWhole} = textsIn(owners)
  const isKnown = named.every((entry): entry is [string, string] => entry[1] !== undefined && !entry[1].includes('{{'))
  if (!isKnown || !isWhole || named.length === 0) return undefined
  return {owners: texts, filters: named.map(([name, value]) => [name, [value ?? '']])}
}
