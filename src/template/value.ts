/** The value of an expression in a template, as far as it can be known without Packer. */
export type Value = string | number | boolean | null | typeof unknown | Answer | readonly Value[] | ValueMap

export interface ValueMap {
  readonly [name: string]: Value
}

/** A value that only Packer, or AWS, will know. */
export const unknown: unique symbol = Symbol('unknown')

/** What AWS will answer a data source: a string that is not known, but from where it comes. */
export class Answer {
  /** `data.amazon-ami.base` */
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

/** `null` as well: a setting with this value does not exist. */
export function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Answer)
}

/** The items of a set, in Packer's order. What a list has its positions for, a set has the items themselves for. */
export class SetItems extends Array<Value> {
  /** What is made of the items of a set is a list. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** A value as Packer inserts it into a string; undefined for values without such a form, or unknown ones. */
export function asText(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return digitsOf(value)
  return typeof value === 'boolean' ? String(value) : undefined
}

/** Packer's numbers have more digits than those of JavaScript. */
function digitsOf(value: number): string | undefined {
  const text = String(value)
  return /^-?[\d.]{1,16}$/.test(text) ? text : undefined
}

/** A value where a number is needed; undefined for one that Packer does not convert, or an unknown one. */
export function asNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)
    ? Number(value)
    : undefined
}

/** A value where true or false is needed; undefined for one that Packer does not convert, or an unknown one. */
export function asBool(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === '1') return true
  return value === 'false' || value === '0' ? false : undefined
}

/** Strings in Packer's order, which is that of their bytes. */
export function compareTexts(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

/**
 * A value as Packer has it beside another, to which it gives the same type: a number or a bool becomes a string beside
 * a string.
 */
export function besides(value: Value, others: readonly Value[]): Value {
  const isText = typeof value !== 'object' && others.some((other) => typeof other === 'string')
  return isText && value !== unknown ? (asText(value) ?? unknown) : value
}

/** The strings of a setting that needs a list. Legacy JSON reads a string with commas as one. */
export function textsIn(value: Value): {readonly texts: readonly string[]; readonly isWhole: boolean} {
  if (value === unknown) return {texts: [], isWhole: false}
  const items = isList(value) ? value : typeof value === 'string' ? value.split(',').map((item) => item.trim()) : []
  const texts = items.map(asText)
  return {
    texts: texts.filter((text): text is string => text !== undefined && text !== ''),
    isWhole: texts.every((text) => text !== undefined)
  }
}

/** Packer's decoder accepts `true`, `"true"`, `"t"` and `1`, and in legacy JSON every number but 0. */
export function isTrue(value: Value): boolean {
  if (typeof value === 'number') return value !== 0
  return value === true || (typeof value === 'string' && /^(true|t|1)$/i.test(value))
}
