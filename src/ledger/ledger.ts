import {mkdirSync, readdirSync} from 'node:fs'
import {open} from 'node:fs/promises'
import * as path from 'node:path'
import {announcedIn, Announcements, type Announced} from '../packer-output/created.ts'
import {follow} from '../packer-output/follow.ts'
import {roomAdvice, systemProblem, UserError} from '../lib/errors.ts'
import type {Entry} from './entries.ts'
import {LedgerFile, readLedgerFile, type Recorded} from './file.ts'
import type {ProcessIdentity} from '../lib/processes.ts'
import type {Resource, ResourceType} from '../aws/resources.ts'

/** Where one run of Packer writes its machine-readable output and its errors. */
export interface PackerRun {
  readonly output: string
  readonly errors: string
  /** For what it announces. */
  readonly announcements: Announcements
}

/** The facts about a bake that a sweep needs. */
export interface Records {
  /** When the bake began, by AWS's clock. Older resources are not this bake's. */
  readonly began: Date
  /** Everything recorded as made, and neither released nor removed. */
  readonly resources: readonly Resource[]
  readonly released: readonly Resource[]
  /** All announcements of Packer so far, over all its runs. */
  readonly announced: Announced
  /** Whether something may have been made whose id was never learned: a create that was cut off. */
  readonly hasOpenIntents: boolean
  /** The other regions in which this action itself was about to make something. */
  readonly regions: readonly string[]
  made(type: ResourceType, id: string, key?: string, region?: string): void
}

/**
 * Opens the ledger of a bake; a new one gets a folder that is readable by this user alone.
 *
 * @throws {UserError} when the folder cannot be made or written to
 */
export function openLedger(...folder: readonly string[]): Ledger {
  const location = path.join(...folder)
  try {
    const isNew = mkdirSync(location, {recursive: true, mode: 0o700}) !== undefined
    const ledger = new Ledger(location)
    if (isNew) ledger.begin()
    return ledger
  } catch (error) {
    throw new UserError(
      `Nothing was made, because this bake cannot record its resources: ${systemProblem(error)}. ${roomAdvice}`,
      {cause: error}
    )
  }
}

/** Opens the ledger of a bake whose beginning is known, even if nothing is left of the file. */
export function reopenLedger(folder: string, began: Date): Ledger {
  return new Ledger(folder, {began, recorded: readLedgerFile(folder)})
}

/**
 * The resources that this bake made. They are kept in memory, so that this process can remove all of them even if the
 * disk fails; and in a file, written before each create (the intent) and after it (the id), for the process that comes
 * after a kill at any moment. Packer's own output, in the same folder, is the ledger of what Packer makes.
 */
export class Ledger implements Records {
  readonly folder: string
  /** How many lines of the file were unreadable when it was opened: cut short by a kill, or damaged. */
  readonly unreadableLines: number
  #known: Date | undefined
  readonly #entries: Entry[]
  readonly #file: LedgerFile
  readonly #announcements: Announcements[] = []
  readonly #removed = new Set<string>()

  /** @param earlier the entries of another process; and when the bake began, since the file may be damaged */
  constructor(folder: string, earlier?: {readonly began: Date; readonly recorded: Recorded}) {
    this.folder = folder
    this.unreadableLines = earlier?.recorded.unreadableLines ?? 0
    this.#known = earlier?.began
    this.#entries = [...(earlier?.recorded.entries ?? [])]
    this.#file = new LedgerFile(folder)
  }

  /**
   * Tries again to write the lines that could not be written.
   *
   * @returns why the file lacks some, in a sentence; undefined if it has all
   */
  flush(): string | undefined {
    this.#file.append()
    const {problem} = this.#file
    return problem === undefined
      ? undefined
      : `The resources of this bake cannot be recorded in ${this.folder}: ${problem}. ` +
          'This run still knows them; if it is killed, its post step will find only those that carry the tag of the bake.'
  }

  /** The files for the output of the next run of Packer; an earlier run's output stays, for what it announced. */
  nextPackerRun(): PackerRun {
    const announcements = new Announcements(this.copyRegions)
    const file = (stream: string): string =>
      path.join(this.folder, `packer-${this.#announcements.length + 1}.${stream}`)
    const run = {output: file('stdout'), errors: file('stderr'), announcements}
    this.#announcements.push(announcements)
    return run
  }

  /**
   * @param began by AWS's clock, once AWS has told it
   * @throws {Error} of the system, when that cannot be written down
   */
  begin(began = new Date()): void {
    const entry = {began: began.toISOString()}
    this.#file.appendNow(entry)
    this.#entries.push(entry)
    this.#known = began
  }

  get began(): Date {
    const recorded = this.#entries.flatMap((entry) => ('began' in entry ? [Date.parse(entry.began)] : []))
    return this.#known ?? new Date(recorded.at(-1) ?? Date.now())
  }

  /**
   * Records that something is about to be made.
   *
   * @param key ties the id to the intent later
   * @param region if it is not the bake's own
   */
  intend(type: ResourceType, key: string, region?: string): void {
    this.#append({intent: type, key, ...(region !== undefined ? {region} : {})})
  }

  /** Closes an intent: AWS refused it, so that nothing was made. */
  refused(key: string): void {
    this.#append({refused: key})
  }

  made(type: ResourceType, id: string, key?: string, region?: string): void {
    this.#append({made: type, id, ...(key !== undefined ? {key} : {}), ...(region !== undefined ? {region} : {})})
  }

  /** AWS has removed it, so that this process looks for it no more. A later one does: the file does not say so. */
  removed({type, id}: Resource): void {
    this.#removed.add(`${type} ${id}`)
  }

  /**
   * From here on it is the user's: no sweep removes it.
   *
   * @throws {UserError} when that cannot be written down: if this process were killed, its post step would remove a
   * released resource
   */
  release(resources: readonly Resource[]): void {
    const entries = resources.map(({type, id, region}) => ({
      released: type,
      id,
      ...(region !== undefined ? {region} : {})
    }))
    try {
      this.#file.appendNow(...entries)
    } catch (error) {
      const names = resources.map(({type, id}) => `${type} ${id}`).join(', ')
      throw new UserError(
        `The release of ${names} could not be recorded, so that the bake removes it instead: ${systemProblem(error)}. ${roomAdvice}`,
        {cause: error}
      )
    }
    this.#entries.push(...entries)
  }

  /** It stays for a person who wants to look. The sweep action removes it once it has expired. */
  spare(resources: readonly Resource[]): void {
    resources.forEach(({type, ...place}) => this.#append({spared: type, ...place}))
  }

  /**
   * Where copies of the image may be. What Packer's output says of other regions does not come from Packer; and Packer
   * does not name regions that are sensitive values.
   */
  mayCopyTo(regions: readonly string[]): void {
    this.#append({copies: regions})
  }

  /** The regions of {@link mayCopyTo}; undefined as long as they are not known. */
  get copyRegions(): ReadonlySet<string> | undefined {
    const known = this.#entries.flatMap((entry) => ('copies' in entry ? [entry.copies] : []))
    return known.length > 0 ? new Set(known.flat()) : undefined
  }

  started(leader: ProcessIdentity): void {
    this.#append({packer: leader})
  }

  get processes(): readonly ProcessIdentity[] {
    return this.#entries.flatMap((entry) => ('packer' in entry ? [entry.packer] : []))
  }

  get resources(): readonly Resource[] {
    const gone = new Set([...this.#removed, ...this.released.map(({type, id}) => `${type} ${id}`)])
    const made = this.#entries.flatMap((entry) => ('made' in entry ? [resourceOf(entry)] : []))
    const known = new Map(made.map((resource) => [`${resource.type} ${resource.id}`, resource]))
    return [...known].flatMap(([name, resource]) => (gone.has(name) ? [] : [resource]))
  }

  get released(): readonly Resource[] {
    return this.#entries.flatMap((entry) => ('released' in entry ? [resourceOf({made: entry.released, ...entry})] : []))
  }

  /** What no sweep of this bake removes, although it is not released. */
  get spared(): readonly Resource[] {
    return this.#entries.flatMap((entry) => ('spared' in entry ? [resourceOf({made: entry.spared, ...entry})] : []))
  }

  get hasOpenIntents(): boolean {
    const closed = new Set(
      this.#entries.flatMap((entry) =>
        'refused' in entry ? [entry.refused] : 'made' in entry && entry.key ? [entry.key] : []
      )
    )
    const ours = this.#entries.some((entry) => 'intent' in entry && !closed.has(entry.key))
    return ours || this.unreadableLines > 0 || this.announced.unfinished
  }

  get regions(): readonly string[] {
    return this.#entries.flatMap((entry) => ('intent' in entry ? (entry.region ?? []) : []))
  }

  get announced(): Announced {
    const announced = announcedIn(this.#announcements)
    const possible = this.copyRegions
    if (possible === undefined) return announced
    // They may have become known only after Packer's output was read.
    const copyRegions = announced.copyRegions.filter((region) => possible.has(region))
    return {...announced, copyRegions: announced.hidesCopies ? [...possible] : copyRegions}
  }

  /**
   * Reads what Packer announced while another process ran it.
   *
   * @param limit ends the reading: what was announced first has been read then
   */
  async readAnnouncements(limit: AbortSignal): Promise<void> {
    for (const file of this.#packerOutputs()) {
      const announcements = new Announcements(this.copyRegions)
      this.#announcements.push(announcements)
      const handle = await open(file, 'r').catch(() => undefined)
      if (handle === undefined) continue
      try {
        for await (const lines of follow(handle, AbortSignal.abort())) {
          for (const line of lines) announcements.hear(line)
          if (limit.aborted) return
        }
      } finally {
        await handle.close()
      }
    }
  }

  /** Whether nothing has been recorded, not even the beginning. */
  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.unreadableLines === 0
  }

  #packerOutputs(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => /^packer-\d+\.stdout$/.test(name))
        .map((name) => path.join(this.folder, name))
        .toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1))
    } catch {
      return []
    }
  }

  #append(entry: Entry): void {
    this.#entries.push(entry)
    this.#file.append(entry)
  }
}

function resourceOf({made: type, id, region}: {made: ResourceType; id: string; region?: string}): Resource {
  return region === undefined ? {type, id} : {type, id, region}
}
