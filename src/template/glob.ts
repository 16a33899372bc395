/** One character of a name must be one of these; undefined stands for any sequence of characters. */
type Step = ((character: string) => boolean) | undefined

/** More than anybody writes. */
const mostAlternatives = 1_000

/**
 * Whether a name fits a pattern of `-only` or `-except`, as github.com/gobwas/glob has them without separators: `*`, `?`,
 * `[abc]`, `[a-z]`, `[!abc]`, `{one,two}`, and a backslash before a character that stands for itself.
 *
 * @returns undefined for a pattern that cannot be read
 */
export function fitsGlob(pattern: string, name: string): boolean | undefined {
  const alternatives = expanded(pattern)
  const all = alternatives?.map(stepsOf)
  if (!all || all.includes(undefined)) return undefined
  return all.some((steps) => steps !== undefined && fits(steps, Array.from(name)))
}

/** Whether a pattern has no wildcards. */
export function isPlain(pattern: string): boolean {
  return !/[*?[\]{}\\]/.test(pattern)
}

/** The patterns without braces that one with braces stands for; undefined if a brace has no partner. */
function expanded(pattern: string): string[] | undefined {
  const open = at(pattern, '{', 0)
  if (open === undefined) return at(pattern, '}', 0) === undefined ? [pattern] : undefined
  const close = at(pattern, '}', open)
  const inner = at(pattern, '{', open + 1)
  // Braces in braces are for programs.
  if (close === undefined || (inner !== undefined && inner < close)) return undefined
  const rest = expanded(pattern.slice(close + 1))
  const choices = pattern.slice(open + 1, close).split(',')
  // Packer's library reads an empty one in its own way.
  if (!rest || choices.includes('') || rest.length * choices.length > mostAlternatives) return undefined
  return choices.flatMap((choice) => rest.map((end) => pattern.slice(0, open) + choice + end))
}

/** Where a character stands that has no backslash before it. */
function at(pattern: string, wanted: string, from: number): number | undefined {
  for (let index = from; index < pattern.length; index += 1) {
    if (pattern[index] === '\\') index += 1
    else if (pattern[index] === wanted) return index
  }
  return undefined
}

/** A set is one range, or has none. */
const token = /\*+|\?|\[(!?)([^\]\\-]-[^\]\\-]|(?:[^\]\\-]|\\.)+)\]|\\(.)|([^[\]\\])/gsu

/** @returns undefined for a bracket without a partner */
function stepsOf(pattern: string): Step[] | undefined {
  const found = [...pattern.matchAll(token)]
  if (found.map(([text]) => text).join('') !== pattern) return undefined
  return found.map(([text, not, set, escaped, plain]) => {
    if (text.startsWith('*')) return undefined
    if (set !== undefined) return (character) => isIn(set, character) !== (not === '!')
    const wanted = escaped ?? plain
    return (character) => wanted === undefined || text === '?' || character === wanted
  })
}

function isIn(set: string, character: string): boolean {
  const range = /^(.)-(.)$/su.exec(set)
  if (range) return (range[1] ?? '') <= character && character <= (range[2] ?? '')
  return Array.from(set.replace(/\\(.)/gsu, '$1')).includes(character)
}

/** In time that grows with the product of both lengths. */
function fits(steps: readonly Step[], name: readonly string[]): boolean {
  let reached = new Set([0])
  for (let index = 0; index <= name.length; index += 1) {
    // A star may stand for nothing.
    for (const position of reached) {
      if (position < steps.length && steps[position] === undefined) reached.add(position + 1)
    }
    const character = name[index]
    if (character === undefined) break
    const next = new Set<number>()
    for (const position of reached) {
      if (position >= steps.length) continue
      const step = steps[position]
      if (step === undefined) next.add(position)
      else if (step(character)) next.add(position + 1)
    }
    reached = next
  }
  return reached.has(steps.length)
}
