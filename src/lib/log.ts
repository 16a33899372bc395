import {once} from 'node:events'
import * as core from '@actions/core'
import {withLinks, withPage} from './links.ts'
import {inertLines, inertText} from './untrusted.ts'

/** The log of a run. Every message may quote something untrusted, so all of them are made inert first. */
export interface Log {
  info(text: string): void
  warning(text: string): void
  /** @param place where in the repository GitHub is to show it; without one, the message ends with a page that explains it */
  error(text: string, place?: Place): void
  /** Makes the runner hide a secret in its log from now on. */
  mask(secret: string): void
  /** Shows the output of another program, with `source │` in front of each line. */
  quote(source: string, text: string): void
  /**
   * Waits while the reader of the log is behind: output that it has not read is kept in memory. Absent: the reader is
   * never behind.
   *
   * @param signal ends the waiting, without an error
   */
  caughtUp?(signal: AbortSignal): Promise<void> | undefined
  /** Runs a phase in a foldable group of the log and records how long it took, also when it fails. */
  phase<T>(name: string, work: () => Promise<T>): Promise<T>
  /** The phases so far, in order. */
  readonly phases: readonly Phase[]
  /** The current phase: for the message when the run is ended from outside. */
  readonly current: () => Current
}

/** Runs a phase of the log. */
export type Phases = Log['phase']

export interface Current {
  /** Absent: none. */
  readonly phase?: string
  /** The last line of another program's output, with its source, and how many seconds ago. */
  readonly heard?: {readonly source: string; readonly line: string; readonly secondsAgo: number}
}

/** A line of a file. */
export interface Place {
  readonly file: string
  readonly line: number
}

export interface Phase {
  readonly name: string
  readonly seconds: number
}

/**
 * The log of a GitHub Actions step.
 *
 * @param env for the addresses of the pages that errors and warnings name
 */
export function actionsLog(now: () => number = Date.now, env: NodeJS.ProcessEnv = process.env): Log {
  const phases: Phase[] = []
  const running: string[] = []
  let heard: {source: string; line: string; at: number} | undefined
  return {
    phases,
    current() {
      const phase = running.at(-1)
      return {
        ...(phase !== undefined ? {phase} : {}),
        ...(heard ? {heard: {source: heard.source, line: heard.line, secondsAgo: (now() - heard.at) / 1000}} : {})
      }
    },
    info: (text) => core.info(inertText(text)),
    warning: (text) => core.warning(withLinks(inertText(text), env)),
    error(text, place) {
      const message = inertText(text)
      if (place === undefined) core.error(withLinks(withPage(message), env))
      else core.error(withLinks(message, env), {file: inertText(place.file), startLine: place.line})
    },
    mask: (secret) => core.setSecret(secret),
    quote(source, text) {
      const lines = inertLines(text, `${inertText(source)} │ `)
      // In one piece: otherwise each line of a long message would be a system call of its own.
      if (lines.length > 0) core.info(lines.join('\n'))
      const last = lines.at(-1)?.slice(inertText(source).length + 3)
      if (last !== undefined) heard = {source, line: last, at: now()}
    },
    caughtUp: (signal) => (process.stdout.writableNeedDrain ? drained(signal) : undefined),
    async phase(name, work) {
      const start = now()
      core.startGroup(inertText(name))
      running.push(name)
      try {
        return await work()
      } finally {
        running.pop()
        core.endGroup()
        phases.push({name, seconds: (now() - start) / 1000})
      }
    }
  }
}

async function drained(signal: AbortSignal): Promise<void> {
  await once(process.stdout, 'drain', {signal}).catch(() => undefined)
}

/** Calls back when this process's output is no longer read. Without a handler the next line would end this process. */
export function whenUnread(act: () => void): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', act)
}
