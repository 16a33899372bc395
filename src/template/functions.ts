import {asText, isList, isMap, unknown, type Value, type ValueMap} from './value.ts'

type Work = (values: readonly Value[]) => Value

/**
 * The functions of HCL2 with which templates build names, regions and settings (Packer's documentation, Functions).
 * Others are not evaluated.
 */
export const functions: Readonly<Record<string, Work>> = {
  lookup([map = unknown, key = unknown, fallback]) {
    const name = asText(key)
    if (!isMap(map) || name === undefined) return unknown
    return Object.hasOwn(map, name) ? (map[name] ?? null) : (fallback ?? unknown)
  },
  element([list = unknown, index = unknown]) {
    if (!isList(list) || typeof index !== 'number' || list.length === 0) return unknown
    return list[index % list.length] ?? unknown
  },
  coalesce(values) {
    for (const value of values) {
      if (value === unknown) return unknown
      if (value !== null && value !== '') return value
    }
    return unknown
  },
  coalescelist(values) {
    for (const value of values) {
      if (!isList(value)) return unknown
      if (value.length > 0) return value
    }
    return unknown
  },
  // The first that does not fail. An unknown value may be one that fails.
  try: ([first = unknown]) => first,
  concat: (values) => (values.every(isList) ? values.flat() : unknown),
  flatten: ([list = unknown]) => (isList(list) ? flat(list) : unknown),
  compact: ([list = unknown]) => (isList(list) ? list.filter((item) => item !== '' && item !== null) : unknown),
  distinct: ([list = unknown]) => (isList(list) ? [...new Set(list)] : unknown),
  reverse: ([list = unknown]) => (isList(list) ? list.toReversed() : unknown),
  sort: ([list = unknown]) => withTexts(list, (texts) => texts.toSorted()),
  merge: (values) =>
    values.every((value): value is ValueMap | null => value === null || isMap(value))
      ? Object.assign({}, ...values)
      : unknown,
  keys: ([map = unknown]) => (isMap(map) ? Object.keys(map).toSorted() : unknown),
  values: ([map = unknown]) =>
    isMap(map)
      ? Object.keys(map)
          .toSorted()
          .map((name) => map[name] ?? null)
      : unknown,
  length([value = unknown]) {
    if (typeof value === 'string' || isList(value)) return value.length
    return isMap(value) ? Object.keys(value).length : unknown
  },
  contains([list = unknown, item = unknown]) {
    if (!isList(list) || item === unknown) return unknown
    if (list.includes(item)) return true
    return list.includes(unknown) ? unknown : false
  },
  join: ([separator = unknown, list = unknown]) => withTexts(list, (texts) => texts.join(asText(separator) ?? '')),
  split: ([separator, text]) => withText([separator, text], (by, whole) => whole.split(by)),
  format: ([form, ...values]) => withText([form, ...values], (text, ...rest) => formatted(text, rest)),
  lower: (values) => withText(values, (text) => text.toLowerCase()),
  upper: (values) => withText(values, (text) => text.toUpperCase()),
  trimspace: (values) => withText(values, (text) => text.trim()),
  trimprefix: (values) => withText(values, (text, end) => (text.startsWith(end) ? text.slice(end.length) : text)),
  trimsuffix: (values) =>
    withText(values, (text, end) => (end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text)),
  // A pattern between slashes is a regular expression, of another dialect.
  replace: (values) =>
    withText(values, (text, from, to) => (/^\/.*\/$/s.test(from) ? unknown : text.replaceAll(from, to))),
  substr([text = unknown, offset = unknown, length = unknown]) {
    if (typeof text !== 'string' || typeof offset !== 'number' || typeof length !== 'number') return unknown
    const start = offset < 0 ? text.length + offset : offset
    return length < 0 ? text.slice(start) : text.slice(start, start + length)
  },
  tostring: ([value = unknown]) => (value === null ? null : (asText(value) ?? unknown)),
  tobool: ([value = unknown]) => (value === 'true' ? true : value === 'false' ? false : value),
  tonumber: ([value = unknown]) => (typeof value === 'string' ? Number(value) : value),
  tolist: ([value = unknown]) => value,
  toset: ([value = unknown]) => (isList(value) ? [...new Set(value)] : value),
  tomap: ([value = unknown]) => value
}

function flat(list: readonly Value[]): readonly Value[] {
  return list.flatMap((item) => (isList(item) ? flat(item) : [item]))
}

function withTexts(list: Value, work: (texts: string[]) => Value): Value {
  if (!isList(list)) return unknown
  const texts = list.map(asText)
  return texts.every((text) => text !== undefined) ? work(texts) : unknown
}

function withText(
  values: readonly (Value | undefined)[],
  work: (first: string, second: string, ...more: string[]) => Value
): Value {
  const texts = values.map((value) => (value === undefined ? undefined : asText(value)))
  if (!texts.every((text) => text !== undefined)) return unknown
  const [first = '', second = '', ...more] = texts
  return work(first, second, ...more)
}

function formatted(form: string, values: readonly string[]): Value {
  const rest = [...values]
  // Widths, positions and the like.
  const hasOthers = form.replaceAll(/%[sdv%]/g, '').includes('%')
  if (hasOthers) return unknown
  return form.replaceAll(/%[sdv%]/g, (verb) => (verb === '%%' ? '%' : (rest.shift() ?? '')))
}
