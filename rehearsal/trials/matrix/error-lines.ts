import type {LogLine} from '../../runner/log.ts'

/** The error annotations of a run, line by line. */
export interface ErrorLines {
  readonly main: readonly string[]
  readonly post: readonly string[]
  readonly onLine: (line: LogLine) => void
}

export function createErrorLines(): ErrorLines {
  const lines = {main: [] as string[], post: [] as string[]}
  let within: LogLine['stage'] | undefined
  return {
    ...lines,
    onLine({kind, stage, text}) {
      // A message of several lines is an error on the first of them only.
      within = kind === 'error' || (kind === 'text' && within === stage) ? stage : undefined
      if (within) lines[stage].push(text)
    }
  }
}
