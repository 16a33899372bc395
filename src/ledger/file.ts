import {appendFileSync, closeSync, existsSync, mkdirSync, openSync, readSync} from 'node:fs'
import * as path from 'node:path'
import {debug} from '../lib/debug.ts'
import {systemProblem} from '../lib/errors.ts'
import {entryOf, type Entry} from './entries.ts'

/** In bytes. A bake has some dozens of lines; the file lies where other programs of the job can write. */
const mostRead = 16 * 1024 * 1024

/** The entries that an earlier process has written. */
export interface Recorded {
  readonly entries: readonly Entry[]
  /** Unreadable lines: cut short by a kill, or damaged. Their resources are found only by tag. */
  readonly unreadableLines: number
}

/**
 * The ledger's file, for the process that comes after a kill of this one. Lines that cannot be written are kept, and
 * written with the next one: the disk may be full for a while, and the folder may have been emptied.
 */
export class LedgerFile {
  readonly #file: string
  readonly #lines: string[] = []
  #written = 0
  #problem: string | undefined

  constructor(folder: string) {
    this.#file = path.join(folder, 'ledger.jsonl')
  }

  /** Why some lines could not be written; undefined while the file has all of them. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Adds lines, now or with the next ones. Without lines it tests whether the file can be written. */
  append(...entries: readonly Entry[]): void {
    this.#lines.push(...linesOf(entries))
    try {
      this.#write()
    } catch (error) {
      this.#problem = systemProblem(error)
    }
  }

  /**
   * Adds lines now or never.
   *
   * @throws {Error} of the system, when they cannot be written
   */
  appendNow(...entries: readonly Entry[]): void {
    const before = this.#lines.length
    this.#lines.push(...linesOf(entries))
    try {
      this.#write()
    } catch (error) {
      this.#lines.length = before
      throw error
    }
  }

  #write(): void {
    if (!existsSync(this.#file)) {
      this.#written = 0
      mkdirSync(path.dirname(this.#file), {recursive: true, mode: 0o700})
    }
    // Each on a line of its own, even if a kill or a full disk has cut short the line before it.
    const waiting = this.#lines.slice(this.#written).map((line) => `\n${line}\n`)
    appendFileSync(this.#file, waiting.join('') || '\n', {mode: 0o600})
    this.#written = this.#lines.length
    this.#problem = undefined
  }
}

/** Reads the ledger in a folder, as far as it is there and can be read. */
export function readLedgerFile(folder: string): Recorded {
  const lines = beginningOf(path.join(folder, 'ledger.jsonl')).split('\n')
  const entries = lines.filter((line) => line !== '').map((line) => entryOf(line))
  const readable = entries.filter((entry) => entry !== undefined)
  return {entries: readable, unreadableLines: entries.length - readable.length}
}

function beginningOf(file: string): string {
  try {
    const handle = openSync(file, 'r')
    try {
      const buffer = Buffer.alloc(mostRead)
      let length = 0
      for (;;) {
        const read = readSync(handle, buffer, length, mostRead - length, null)
        if (read === 0) return buffer.toString('utf8', 0, length)
        length += read
      }
    } finally {
      closeSync(handle)
    }
  } catch {
    return ''
  }
}

function linesOf(entries: readonly Entry[]): string[] {
  const lines = entries.map((entry) => JSON.stringify(entry))
  lines.forEach((line) => debug(() => `Ledger ${line}`))
  return lines
}
