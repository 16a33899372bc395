/** A pattern to search a string for: a regular expression, or several combined in the ways below. */
export type Pattern = RegExp | Composed

export interface Composed {
  test(text: string): boolean
  /** The expressions that it is made of. */
  readonly parts: readonly RegExp[]
}

/**
 * Parts that follow one another. A single expression (`/one[\s\S]*other/`) would try each `one` with all that follows
 * it: a string with many of them, and no `other`, blocks this process for seconds.
 */
export function inOrder(...parts: readonly RegExp[]): Composed {
  function test(text: string): boolean {
    let rest = text
    for (const part of parts) {
      const found = part.exec(rest)
      if (found === null) return false
      rest = rest.slice(found.index + found[0].length)
    }
    return true
  }
  return {parts, test}
}

/** The same within one line. */
export function inOneLine(...parts: readonly RegExp[]): Composed {
  const pattern = inOrder(...parts)
  return {parts, test: (text) => text.split('\n').some((line) => pattern.test(line))}
}

/** One of several. */
export function either(...patterns: readonly Pattern[]): Composed {
  return {parts: patterns.flatMap(partsOf), test: (text) => patterns.some((pattern) => pattern.test(text))}
}

export function partsOf(pattern: Pattern): readonly RegExp[] {
  return pattern instanceof RegExp ? [pattern] : pattern.parts
}

/**
 * Whether a name fits a pattern with `*` in it, in linear time.
 *
 * @returns undefined for a pattern with other wildcards
 */
export function fits(pattern: string, name: string): boolean | undefined {
  if (/[?[\]{}\\!]/.test(pattern)) return undefined
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === name
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = name.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}
