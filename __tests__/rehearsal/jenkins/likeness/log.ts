/** One entry of Jenkins's log: its first line in parts, and what follows it. */
export interface Entry {
  readonly level: string
  /** `package.Class#method`. */
  readonly source: string
  readonly message: string
  /** The lines up to the next entry: the rest of the message, and a stack. */
  readonly rest: readonly string[]
}

/** Reads what SupportLogFormatter writes; lines before the first entry and what the JVM itself prints between entries are left out. */
export function entriesOf(lines: readonly string[]): Entry[] {
  const entries: (Entry & {rest: string[]})[] = []
  for (const line of lines) {
    const found = /^\d{4}-\d\d-\d\d [\d:.]+\+0000 \[id=\d+\]\t([A-Z]+)\t(\S+): (.*)$/.exec(line)
    if (found) entries.push({level: found[1] ?? '', source: found[2] ?? '', message: found[3] ?? '', rest: []})
    else if (line !== '' && !line.startsWith('WARNING: ')) entries.at(-1)?.rest.push(line)
  }
  return entries
}

/** The entries of one method of a class, as `LEVEL message`. */
export function messagesOf(lines: readonly string[], source: string): string[] {
  return entriesOf(lines)
    .filter((entry) => entry.source === source)
    .map(({level, message}) => `${level} ${message}`)
}

/** The exceptions of the first entry with this message, root cause first, as Jenkins prints them. */
export function exceptionsOf(lines: readonly string[], message: string): string[] {
  return restOf(lines, message).filter((line) => !line.startsWith('\t'))
}

/** The stack of the first entry with this message. */
export function restOf(lines: readonly string[], message: string): readonly string[] {
  return entriesOf(lines).find((entry) => entry.message.startsWith(message))?.rest ?? []
}
