import ipaddr from 'ipaddr.js'

/** Turns an input's string into its value, or throws an error that says what is allowed. */
export type Parse<T> = (text: string) => T

/** A value as an error message shows it. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value)
}

/** An empty string stands for no value. */
export const optional =
  <T>(parse: Parse<T>): Parse<T | undefined> =>
  (value) =>
    value === '' ? undefined : parse(value)

/** @param allowed completes the sentence `… is not allowed; expected …` */
export function matching(pattern: RegExp, allowed: string): Parse<string> {
  return (value) => {
    if (!pattern.test(value)) throw new Error(`${quoted(value)} is not allowed; expected ${allowed}`)
    return value
  }
}

/** One of the given choices. */
export function oneOf<const T extends string>(...choices: readonly T[]): Parse<T> {
  return (value) => {
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) throw new Error(`${quoted(value)} is not allowed; expected one of ${choices.join(', ')}`)
    return choice
  }
}

/** Values separated by commas, spaces or newlines. */
export function list<T>(parse: Parse<T>): Parse<readonly T[]> {
  return (value) =>
    value
      .split(/[\s,]+/)
      .filter((item) => item !== '')
      .map(parse)
}

/** A list that must not be empty. */
export function nonEmpty<T>(parse: Parse<readonly T[]>): Parse<readonly T[]> {
  return (value) => {
    const items = parse(value)
    if (items.length === 0) throw new Error('expected at least one value')
    return items
  }
}

/** A whole number between two others, both included. */
export function wholeNumber(least: number, most: number): Parse<number> {
  return (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= least && number <= most)) {
      throw new Error(`${quoted(value)} is not allowed; expected a whole number from ${least} to ${most}`)
    }
    return number
  }
}

/** `90s`, `10m`, `2h`, from one second to a day; in milliseconds. */
export function duration(value: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,5})(s|m|h)$/.exec(value) ?? []
  const ms = Number(amount) * ({s: 1_000, m: 60_000, h: 3_600_000}[unit] ?? Number.NaN)
  if (!(ms > 0 && ms <= 86_400_000)) {
    throw new Error(`${quoted(value)} is not allowed; expected a time such as 90s, 10m or 2h, at most 24h`)
  }
  return ms
}

/** `12h`, `7d`, `4w`, from one hour to ten years; in milliseconds. */
export function age(value: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,5})(h|d|w)$/.exec(value) ?? []
  const hours = Number(amount) * ({h: 1, d: 24, w: 168}[unit] ?? Number.NaN)
  if (!(hours > 0 && hours <= 87_600)) {
    throw new Error(`${quoted(value)} is not allowed; expected a time such as 12h, 7d or 4w, at most ten years`)
  }
  return hours * 3_600_000
}

/** A URL without a trailing slash. Credentials in it would reach logs and argument lists, and `{{` would be evaluated by Packer. */
export function httpUrl(value: string): string {
  const allowed = 'expected a URL that begins with https:// or http://, without user name, query or fragment'
  const url = URL.canParse(value) ? new URL(value) : undefined
  // Not the value itself, because it may hold a password.
  if (!url) throw new Error(`is not a URL; ${allowed}`)
  if (url.username || url.password || url.search || url.hash) {
    throw new Error(`${quoted(`${url.protocol}//${url.host}${url.pathname}`)} is not allowed; ${allowed}`)
  }
  // The URL class also takes `https:host` and `HTTPS://host`, which the shipped template and package managers do not.
  if (!/^https?:\/\/[\w.:/%~+-]+$/.test(value)) throw new Error(`${quoted(value)} is not allowed; ${allowed}`)
  return value.replace(/(?<!\/)\/+$/, '')
}

/** An IPv4 range. */
export function cidr(value: string): string {
  // The library also accepts `1/8` and `0x7f.1/8`, which AWS and Packer do not, and octal numbers, which they read
  // differently.
  if (!/^(?:(?:0|[1-9]\d*)\.){3}(?:0|[1-9]\d*)\/(?:0|[1-9]\d*)$/.test(value) || !ipaddr.IPv4.isValidCIDR(value)) {
    throw new Error(`${quoted(value)} is not allowed; expected 'auto' or IPv4 ranges such as 203.0.113.7/32`)
  }
  return value
}
