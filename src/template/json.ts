import * as path from 'node:path'

/** The members of an object; none for any other value. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? {...value} : {}
}

/**
 * A name in legacy JSON as Packer compares it with those that it knows, whatever its case is (mapstructure, which calls
 * Go's strings.EqualFold); names of variables and of tags are compared as they are.
 */
export function folded(name: string): string {
  return name.replaceAll('\u017F', 's').toLowerCase()
}

/** The members of an object in legacy JSON by their folded names. Packer refuses a name in two spellings. */
export function foldedObject(value: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(asObject(value)).map(([name, member]) => [folded(name), member]))
}

/** A section of a template is one item or a list of them; none if it is absent. */
export function itemsIn(section: unknown): readonly unknown[] {
  return Array.isArray(section) ? section : section === undefined ? [] : [section]
}

/**
 * @throws {Error} that names the line at which it stops being JSON, and quotes nothing, because it may hold a secret
 */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new Error(`${path.basename(file)} is not valid JSON (line ${brokenLine(text.replace(/^\uFEFF/, ''))})`)
  }
}

/** The first line that makes the file invalid; its last line, if only the end is missing. */
function brokenLine(text: string): number {
  const lines = text.split('\n')
  let [good, bad] = [0, lines.length]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (isBeginning(lines.slice(0, middle).join('\n'))) good = middle
    else bad = middle
  }
  return bad
}

/**
 * The engine's message quotes the file in some cases and has a position in others, which is the end if only the end is
 * missing.
 */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const {message} = error as Error
    return /end of JSON input/.test(message) || Number(/at position (\d+)/.exec(message)?.[1]) >= text.length
  }
}
