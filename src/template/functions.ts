import {
  Answer,
  asBool,
  asNumber,
  asText,
  besides,
  compareTexts,
  isList,
  isMap,
  unknown,
  type Value,
  type ValueMap
} from './value.ts'

type Work = (values: readonly Value[]) => Value

/**
 * The functions of HCL2 with which templates build names, regions and settings (hcl2template/functions.go). Others are
 * not evaluated. A call that Packer refuses is an unknown value.
 */
export const functions: Readonly<Record<string, Work>> = {
  lookup([map = unknown, key = unknown, fallback]) {
    const name = asText(key)
    if (!isMap(map) || name === undefined || fallback === undefined) return unknown
    return Object.hasOwn(map, name) ? (map[name] ?? null) : fallback
  },
  element([list = unknown, index = unknown]) {
    const at = asNumber(index)
    if (!isList(list) || at === undefined || at < 0) return unknown
    const item = list[at % list.length]
    return item === undefined ? unknown : item
  },
  coalesce(values) {
    for (const value of values) {
      if (value === unknown) return unknown
      if (value === null || value === '') continue
      // A string among the unknown ones would make it a string.
      return typeof value !== 'string' && values.includes(unknown) ? unknown : besides(value, values)
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
  // A null item is none that is true.
  alltrue: ([list = unknown]) => truth(list, false, (items) => !items.includes(false)),
  anytrue: ([list = unknown]) => truth(list, true, (items) => items.includes(true)),
  startswith: (values) => withText(values, (text, start) => text.startsWith(start)),
  endswith: (values) => withText(values, (text, end) => text.endsWith(end)),
  strcontains: (values) => withText(values, (text, part) => text.includes(part)),
  zipmap([names = unknown, items = unknown]) {
    if (!isList(names) || !isList(items) || names.length !== items.length) return unknown
    return withTexts(names, (texts) => Object.fromEntries(texts.map((name, index) => [name, items[index] ?? null])))
  },
  jsondecode: (values) => withText(values, decoded),
  concat: (values) => (values.length > 0 && values.every(isList) ? values.flat() : unknown),
  flatten: ([list = unknown]) => (isList(list) ? flat(list) : unknown),
  compact([list = unknown]) {
    if (!isList(list) || list.some((item) => isList(item) || isMap(item))) return unknown
    return list
      .filter((item) => item !== null && item !== '')
      .map((item) => (item === unknown ? item : (asText(item) ?? unknown)))
  },
  distinct([list = unknown]) {
    if (!isList(list)) return unknown
    const items = list.map((item) => besides(item, list))
    // Each unknown item may be another one.
    return [...new Map(items.map((item, index): [unknown, Value] => [identity(item, index), item])).values()]
  },
  reverse: ([list = unknown]) => (isList(list) ? list.toReversed() : unknown),
  sort: ([list = unknown]) => withTexts(list, (texts) => texts.toSorted(compareTexts)),
  merge: (values) =>
    values.every((value): value is ValueMap | null => value === null || isMap(value))
      ? Object.fromEntries(values.flatMap((value) => Object.entries(value ?? {})))
      : unknown,
  keys: ([map = unknown]) => (isMap(map) ? Object.keys(map).toSorted(compareTexts) : unknown),
  values: ([map = unknown]) =>
    isMap(map)
      ? Object.keys(map)
          .toSorted(compareTexts)
          .map((name) => map[name] ?? null)
      : unknown,
  length([value = unknown]) {
    if (typeof value === 'string') return lettersOf(value).length
    return isList(value) ? value.length : isMap(value) ? Object.keys(value).length : unknown
  },
  contains([list = unknown, item = unknown]) {
    if (!isList(list) || item === unknown || item === null || item instanceof Answer) return unknown
    // A list among the items may be of another type.
    if (typeof item === 'object') return list.every((one) => typeof one === 'string') ? false : unknown
    if (list.includes(item)) return true
    return list.some((one) => one === unknown || one instanceof Answer) ? unknown : false
  },
  join([separator = unknown, ...lists]) {
    const between = asText(separator)
    if (between === undefined || lists.length === 0 || !lists.every(isList)) return unknown
    return withTexts(lists.flat(), (texts) => texts.join(between))
  },
  split: ([separator, text]) =>
    withText([separator, text], (by, whole) => (by === '' ? Array.from(whole) : whole.split(by))),
  format: (values) => withTexts(values, ([form, ...texts]) => (form === undefined ? unknown : formatted(form, texts))),
  lower: (values) => withText(values, (text) => letterByLetter(text, (letter) => letter.toLowerCase())),
  upper: (values) => withText(values, (text) => letterByLetter(text, (letter) => letter.toUpperCase())),
  // JavaScript and Go disagree about these two.
  trimspace: (values) => withText(values, (text) => (/[\u0085\uFEFF]/.test(text) ? unknown : text.trim())),
  trimprefix: (values) => withText(values, (text, start) => (text.startsWith(start) ? text.slice(start.length) : text)),
  trimsuffix: (values) =>
    withText(values, (text, end) => (end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text)),
  replace: (values) => withText(values, (text, from, to) => (from === '' ? unknown : text.split(from).join(to))),
  substr([whole = unknown, offset = unknown, length = unknown]) {
    const [text, from, count] = [asText(whole), asNumber(offset), asNumber(length)]
    if (text === undefined || from === undefined || count === undefined) return unknown
    if (!Number.isInteger(from) || !Number.isInteger(count)) return unknown
    const letters = lettersOf(text)
    const start = from < 0 ? Math.max(letters.length + from, 0) : from
    return (count < 0 ? letters.slice(start) : letters.slice(start, start + count)).join('')
  }
}

/** @param decisive the item that decides, whatever those are that are not known */
function truth(list: Value, decisive: boolean, work: (items: readonly boolean[]) => boolean): Value {
  if (!isList(list)) return unknown
  const items = list.map((item) => (item === null ? false : asBool(item)))
  const known = items.filter((item) => item !== undefined)
  return known.length === items.length || known.includes(decisive) ? work(known) : unknown
}

function decoded(text: string): Value {
  // Packer's numbers have more digits than a double.
  if (/\d{16}|\d[eE]/.test(text)) return unknown
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON has no other values
    const value = JSON.parse(text) as Value
    // Packer normalizes strings that JSON has with escapes.
    const json = JSON.stringify(value)
    return json === json.normalize('NFC') ? value : unknown
  } catch {
    return unknown
  }
}

function identity(item: Value, index: number): unknown {
  if (item === unknown) return {index}
  return isList(item) || isMap(item) ? JSON.stringify(item) : item
}

function flat(list: readonly Value[]): readonly Value[] {
  return list.flatMap((item) => (isList(item) ? flat(item) : [item]))
}

/** Letters with their accents, as Packer counts them. */
function lettersOf(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({segment}) => segment)
}

/** Go changes the case of each letter by itself, to a single letter. */
function letterByLetter(text: string, change: (letter: string) => string): Value {
  const letters = Array.from(text, change)
  return letters.every((letter) => Array.from(letter).length === 1) ? letters.join('') : unknown
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

/** Widths, positions and the like are not understood. */
function formatted(form: string, values: readonly string[]): Value {
  const verbs = form.match(/%[sdv]|%%|%/g) ?? []
  const taking = verbs.filter((verb) => verb !== '%%')
  const isWhole = taking.every((verb, index) => verb === '%s' || verb === '%v' || isInteger(verb, values[index]))
  if (!isWhole || taking.length !== values.length) return unknown
  const rest = [...values]
  return form.replaceAll(/%[sdv%]/g, (verb) => (verb === '%%' ? '%' : (rest.shift() ?? '')))
}

function isInteger(verb: string, text: string | undefined): boolean {
  return verb === '%d' && /^(?:0|-?[1-9]\d*)$/.test(text ?? '')
}
