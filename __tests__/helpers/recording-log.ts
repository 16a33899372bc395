import type {Log} from '../../src/lib/log.ts'
import {inertLines} from '../../src/lib/untrusted.ts'

export interface RecordingLog extends Log {
  readonly lines: string[]
  readonly masks: string[]
}

/** A log that keeps what it is told. @param onLine called with each line as it comes */
export function recordingLog(onLine: (line: string) => unknown = () => undefined): RecordingLog {
  const lines: string[] = []
  const masks: string[] = []
  const add = (line: string): void => {
    lines.push(line)
    onLine(line)
  }
  return {
    lines,
    masks,
    phases: [],
    current: () => ({}),
    info: add,
    warning: (text) => add(`warning: ${text}`),
    error: (text, place) => add(`error: ${place ? `${place.file}:${place.line}: ` : ''}${text}`),
    mask: (secret) => void masks.push(secret),
    quote: (source, text) => inertLines(text, `${source} │ `).forEach(add),
    phase: (name, work) => {
      add(`phase: ${name}`)
      return work()
    }
  }
}
