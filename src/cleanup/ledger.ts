import {appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync} from 'node:fs'
import * as path from 'node:path'
import {announcedBy, type Announced} from '../packer/announced.ts'
import type {ProcessIdentity} from './processes.ts'

export type ResourceType = 'instance' | 'volume' | 'image' | 'snapshot' | 'security-group' | 'key-pair'

export interface Resource {
  readonly type: ResourceType
  readonly id: string
}

/** Where one run of Packer writes its machine-readable output and its errors. */
export interface PackerRun {
  readonly output: string
  readonly errors: string
}

type Entry =
  | {readonly began: string}
  | {readonly intent: ResourceType; readonly key: string}
  | {readonly made: ResourceType; readonly id: string; readonly key?: string}
  | {readonly refused: string}
  | {readonly released: ResourceType; readonly id: string}
  | {readonly packer: ProcessIdentity}

/** Opens the ledger of a bake; a new one gets a folder that is readable by this user alone. */
export function openLedger(...folder: readonly string[]): Ledger {
  const location = path.join(...folder)
  const isNew = mkdirSync(location, {recursive: true, mode: 0o700}) !== undefined
  const ledger = new Ledger(location)
  if (isNew) ledger.begin()
  return ledger
}

/**
 * What this bake made. Append-only, written before each create (the intent) and after it (the id), so that a kill at
 * any moment leaves enough to find everything. Packer's own output, in the same folder, is the ledger of what Packer makes.
 */
export class Ledger {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** The files for the output of the next run of Packer; an earlier run's output stays, for what it announced. */
  nextPackerRun(): PackerRun {
    return this.#packerRun(this.#packerRuns().length + 1)
  }

  begin(now = new Date()): void {
    this.#append({began: now.toISOString()})
  }

  /** What existed before this moment is not this bake's. Five minutes early, because AWS has its own clock. */
  get began(): Date {
    const [began] = this.#entries().flatMap((entry) => ('began' in entry ? [Date.parse(entry.began)] : []))
    return new Date((began ?? Date.now()) - 5 * 60_000)
  }

  /** Records that something is about to be made. @param key ties the id to the intent later */
  intend(type: ResourceType, key: string): void {
    this.#append({intent: type, key})
  }

  /** Closes an intent: AWS refused it, so that nothing was made. */
  refused(key: string): void {
    this.#append({refused: key})
  }

  made(type: ResourceType, id: string, key?: string): void {
    this.#append(key === undefined ? {made: type, id} : {made: type, id, key})
  }

  /** From here on it is the user's: no sweep removes it. */
  release(resources: readonly Resource[]): void {
    resources.forEach(({type, id}) => this.#append({released: type, id}))
  }

  startedPacker(leader: ProcessIdentity): void {
    this.#append({packer: leader})
  }

  get packerProcesses(): readonly ProcessIdentity[] {
    return this.#entries().flatMap((entry) => ('packer' in entry ? [entry.packer] : []))
  }

  /** Everything recorded as made and not released. */
  get resources(): readonly Resource[] {
    const entries = this.#entries()
    const released = new Set(entries.flatMap((entry) => ('released' in entry ? [`${entry.released} ${entry.id}`] : [])))
    const made = entries.flatMap((entry) => ('made' in entry ? [{type: entry.made, id: entry.id}] : []))
    const known = new Map(made.map((resource) => [`${resource.type} ${resource.id}`, resource]))
    return [...known].flatMap(([name, resource]) => (released.has(name) ? [] : [resource]))
  }

  get released(): readonly Resource[] {
    return this.#entries().flatMap((entry) => ('released' in entry ? [{type: entry.released, id: entry.id}] : []))
  }

  /** Whether something may have been made whose id was never learned: a create that was cut off. */
  get hasOpenIntents(): boolean {
    const entries = this.#entries()
    const closed = new Set(
      entries.flatMap((entry) =>
        'refused' in entry ? [entry.refused] : 'made' in entry && entry.key ? [entry.key] : []
      )
    )
    const ours = entries.some((entry) => 'intent' in entry && !closed.has(entry.key))
    return ours || this.announced.unfinished
  }

  /** What Packer announced so far, over all its runs. */
  get announced(): Announced {
    const runs = this.#packerRuns().map(({output}) => announcedBy(beginningOf(output)))
    return {
      keyPairs: runs.flatMap(({keyPairs}) => keyPairs),
      securityGroups: runs.flatMap(({securityGroups}) => securityGroups),
      instances: runs.flatMap(({instances}) => instances),
      unfinished: runs.some(({unfinished}) => unfinished),
      untraceable: runs.some(({untraceable}) => untraceable)
    }
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

  #append(entry: Entry): void {
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`, {mode: 0o600})
  }

  /** A last line that a kill cut short is left out: what it was about had not been done yet. */
  #entries(): Entry[] {
    if (!existsSync(this.#file)) return []
    return readFileSync(this.#file, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return line ? [JSON.parse(line) as Entry] : []
        } catch {
          return []
        }
      })
  }
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
