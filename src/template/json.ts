import * as path from 'node:path'

/** The value's members; none of what is no object. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? {...value} : {}
}

/** @throws {Error} that says at which line it is no JSON any more, and shows nothing of it: it may hold a secret */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new Error(`${path.basename(file)} is not valid JSON (line ${brokenLine(text.replace(/^\uFEFF/, ''))})`)
  }
}

/** The first line with which the text cannot be the beginning of JSON any more; its last, where only the end is missing. */
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

/** The engine's message quotes the text in some cases, tells a position in others, and that is the end where no more was wrong. */
function isBeginning(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const {message} = error as Error
    return /end of JSON input/.test(message) || Number(/at position (\d+)/.exec(message)?.[1]) >= text.length
  }
}
