/** What an expression of a template comes to, as far as can be known without Packer. */
export type Value = string | number | boolean | null | typeof unknown | readonly Value[] | ValueMap

export interface ValueMap {
  readonly [name: string]: Value
}

/** What only Packer, or AWS, will know. */
export const unknown: unique symbol = Symbol('unknown')

/** `null` as well: where a template says it, the setting is not there. */
export function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value)
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** A value as Packer puts it into a text; undefined for what has no such form, or is not known. */
export function asText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** The texts of a setting that takes a list. Legacy JSON takes a text with commas for one. */
export function textsIn(value: Value): {readonly texts: readonly string[]; readonly isWhole: boolean} {
  if (value === unknown) return {texts: [], isWhole: false}
  const items = isList(value) ? value : typeof value === 'string' ? value.split(',').map((item) => item.trim()) : []
  const texts = items.map(asText)
  return {
    texts: texts.filter((text): text is string => text !== undefined && text !== ''),
    isWhole: texts.every((text) => text !== undefined)
  }
}

/** `true`, `"true"` and `1` are what Packer's decoder takes for it. */
export function isTrue(value: Value): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(true|1)$/i.test(value))
}
