import {appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync} from 'node:fs'
import * as path from 'node:path'
import {announcedBy, type Announced} from '../packer/announced.ts'
import {entryOf, type Entry} from './entries.ts'
import type {ProcessIdentity} from './processes.ts'
import type {Resource, ResourceType} from './resource.ts'

export type {Resource, ResourceType} from './resource.ts'

/** Where one run of Packer writes its machine-readable output and its errors. */
export interface PackerRun {
  readonly output: string
  readonly errors: string
}

/** What a sweep has to know of a bake. */
export interface Records {
  /** What existed before this moment, by AWS's clock, is not this bake's. */
  readonly began: Date
  /** Everything recorded as made and not released. */
  readonly resources: readonly Resource[]
  readonly released: readonly Resource[]
  /** What Packer announced so far, over all its runs. */
  readonly announced: Announced
  /** Whether something may have been made whose id was never learned: a create that was cut off. */
  readonly hasOpenIntents: boolean
  made(type: ResourceType, id: string, key?: string, region?: string): void
}

/** Opens the ledger of a bake; a new one gets a folder that is readable by this user alone. */
export function openLedger(...folder: readonly string[]): Ledger {
  const location = path.join(...folder)
  const isNew = mkdirSync(location, {recursive: true, mode: 0o700}) !== undefined
  const ledger = new Ledger(location)
  if (isNew) ledger.begin()
  return ledger
}

/** Opens the ledger of a bake that is known to have begun at a certain time, also when nothing is left of it. */
export function reopenLedger(folder: string, began: Date): Ledger {
  mkdirSync(folder, {recursive: true, mode: 0o700})
  return new Ledger(folder, began)
}

/**
 * What this bake made. Append-only, written before each create (the intent) and after it (the id), so that a kill at
 * any moment leaves enough to find everything. Packer's own output, in the same folder, is the ledger of what Packer makes.
 */
export class Ledger implements Records {
  readonly folder: string
  #known: Date | undefined

  /** @param began when it is known from elsewhere: the file may be damaged */
  constructor(folder: string, began?: Date) {
    this.folder = folder
    this.#known = began
  }

  /** The files for the output of the next run of Packer; an earlier run's output stays, for what it announced. */
  nextPackerRun(): PackerRun {
    return this.#packerRun(this.#packerRuns().length + 1)
  }

  /** @param began by AWS's clock, once AWS has told it */
  begin(began = new Date()): void {
    this.#known = began
    this.#append({began: began.toISOString()})
  }

  get began(): Date {
    const recorded = this.#entries().flatMap((entry) => ('began' in entry ? [Date.parse(entry.began)] : []))
    return this.#known ?? new Date(recorded.at(-1) ?? Date.now())
  }

  /** Records that something is about to be made. @param key ties the id to the intent later */
  intend(type: ResourceType, key: string): void {
    this.#append({intent: type, key})
  }

  /** Closes an intent: AWS refused it, so that nothing was made. */
  refused(key: string): void {
    this.#append({refused: key})
  }

  made(type: ResourceType, id: string, key?: string, region?: string): void {
    this.#append({made: type, id, ...(key === undefined ? {} : {key}), ...(region === undefined ? {} : {region})})
  }

  /** From here on it is the user's: no sweep removes it. */
  release(resources: readonly Resource[]): void {
    resources.forEach(({type, id, region}) =>
      this.#append({released: type, id, ...(region === undefined ? {} : {region})})
    )
  }

  startedPacker(leader: ProcessIdentity): void {
    this.#append({packer: leader})
  }

  get packerProcesses(): readonly ProcessIdentity[] {
    return this.#entries().flatMap((entry) => ('packer' in entry ? [entry.packer] : []))
  }

  get resources(): readonly Resource[] {
    const released = new Set(this.released.map(({type, id}) => `${type} ${id}`))
    const made = this.#entries().flatMap((entry) => ('made' in entry ? [resourceOf(entry)] : []))
    const known = new Map(made.map((resource) => [`${resource.type} ${resource.id}`, resource]))
    return [...known].flatMap(([name, resource]) => (released.has(name) ? [] : [resource]))
  }

  get released(): readonly Resource[] {
    return this.#entries().flatMap((entry) =>
      'released' in entry
        ? [
            resourceOf({
              made: entry.released,
              id: entry.id,
              ...(entry.region === undefined ? {} : {region: entry.region})
            })
          ]
        : []
    )
  }

  get hasOpenIntents(): boolean {
    const entries = this.#entries()
    const closed = new Set(
      entries.flatMap((entry) =>
        'refused' in entry ? [entry.refused] : 'made' in entry && entry.key ? [entry.key] : []
      )
    )
    const ours = entries.some((entry) => 'intent' in entry && !closed.has(entry.key))
    return ours || this.unreadableLines > 0 || this.announced.unfinished
  }

  get announced(): Announced {
    return announcedBy(...this.#packerRuns().map(({output}) => beginningOf(output)))
  }

  /** How many lines say nothing: cut short by a kill, or damaged. What they were about is found by tag alone. */
  get unreadableLines(): number {
    return this.#lines().filter((line) => entryOf(line) === undefined).length
  }

  /** Whether nothing has been recorded, not even the beginning. */
  get isEmpty(): boolean {
    return this.#lines().length === 0
  }

  #packerRuns(): PackerRun[] {
    const runs: PackerRun[] = []
    while (existsSync(this.#packerRun(runs.length + 1).output)) runs.push(this.#packerRun(runs.length + 1))
    return runs
  }

  #packerRun(number: number): PackerRun {
    const file = (stream: string): string => path.join(this.folder, `packer-${number}.${stream}`)
    return {output: file('stdout'), errors: file('stderr')}
  }

  get #file(): string {
    return path.join(this.folder, 'ledger.jsonl')
  }

  /** On a line of its own, also where a kill has cut the line before it short. */
  #append(entry: Entry): void {
    appendFileSync(this.#file, `\n${JSON.stringify(entry)}\n`, {mode: 0o600})
  }

  #entries(): Entry[] {
    return this.#lines().flatMap((line) => entryOf(line) ?? [])
  }

  #lines(): string[] {
    if (!existsSync(this.#file)) return []
    return readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  }
}

function resourceOf({made: type, id, region}: {made: ResourceType; id: string; region?: string}): Resource {
  return region === undefined ? {type, id} : {type, id, region}
}

/** Announcements come before the machine speaks; how much it says is not in our hands. */
const mostOutput = 64 * 1024 * 1024

function beginningOf(file: string): string {
  const handle = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(Math.min(fstatSync(handle).size, mostOutput))
    return buffer.toString('utf8', 0, readSync(handle, buffer, 0, buffer.length, 0))
  } finally {
    closeSync(handle)
  }
}
