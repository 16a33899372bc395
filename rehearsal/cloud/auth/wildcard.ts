/**
 * Whether a value fits a pattern in which `*` stands for any text and `?` for one character,
 * as in IAM policies and EC2 filters. A backslash makes the next character literal, as EC2's filters allow.
 */
export function fits(pattern: string, value: string, ignoreCase = false): boolean {
  if (!ignoreCase && !/[*?\\]/.test(pattern)) return pattern === value
  return new RegExp(`^${expression(pattern)}$`, ignoreCase ? 'isu' : 'su').test(value)
}

function expression(pattern: string): string {
  return pattern.replace(/\\[*?\\]|[\s\S]/gu, (part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    const literal = part.length === 2 && part.startsWith('\\') ? part.slice(1) : part
    return literal.replace(/[\\^$.*+?()[\]{}|/]/u, String.raw`\$&`)
  })
}
