import {folded} from './json.ts'

/** Finds the line of a position in a text, counted from 1. */
export function lineFinder(text: string): (at: number) => number {
  const ends = [...text.matchAll(/\n/g)].map(({index}) => index)
  return (at) => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((ends[middle] ?? at) < at) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

/**
 * Finds the line on which a key is given a value for the first time, in another case if not in its own; 1 for other
 * names.
 *
 * @param text valid JSON
 */
export function keyLines(text: string): (key: string) => number {
  const lineAt = lineFinder(text)
  const lines = new Map<string, number>()
  const loose = new Map<string, number>()
  for (const {1: key = '""', 2: colon, index} of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)) {
    if (colon === undefined) continue
    const name = String(JSON.parse(key))
    if (!lines.has(name)) lines.set(name, lineAt(index))
    if (!loose.has(folded(name))) loose.set(folded(name), lineAt(index))
  }
  return (key) => lines.get(key) ?? loose.get(key) ?? 1
}
