import {constants} from 'node:fs'
import {open} from 'node:fs/promises'
import type {Log} from '../lib/log.ts'
import {messageOf, systemProblem} from '../lib/errors.ts'

/** The packages of an image, as its package manager lists them. */
export interface InstalledPackages {
  readonly kind: 'deb' | 'rpm'
  /** `ID` and `VERSION_ID` of /etc/os-release: `debian` and `13`. */
  readonly system: {readonly id: string; readonly version: string}
  /** Each once. */
  readonly packages: readonly InstalledPackage[]
}

export interface InstalledPackage {
  readonly name: string
  /** With the epoch, if it has one: `1:2.3-4`. */
  readonly version: string
  /** `amd64`, `all`, `x86_64`, `noarch`. */
  readonly architecture: string
  /** What it was built from, by which advisories are published: `glibc@2.41-12`, `bash-5.2.15-1.amzn2023.src.rpm`. */
  readonly source: string
}

/** In bytes. A server has about 500 packages, a desktop 3,000, each in a line of some 80 bytes. */
const longest = 2_000_000

/**
 * Reads the list that the template made and Packer downloaded. The machine could write into it whatever it likes: one line
 * that is not a package makes all of it useless.
 *
 * @returns undefined where there is none: a template of the user's own need not list its packages
 */
export async function installedPackages(file: string, log: Log): Promise<InstalledPackages | undefined> {
  try {
    const text = await contentOf(file)
    return text === undefined ? undefined : packagesIn(text)
  } catch (error) {
    log.warning(`The image's packages are not listed: ${messageOf(error)}`)
    return undefined
  }
}

/** @throws {Error} when it exists and cannot be read, is not a file, or is too long */
async function contentOf(file: string): Promise<string | undefined> {
  // Opening a pipe would wait for somebody who writes.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW
  try {
    await using handle = await open(file, flags)
    const stats = await handle.stat()
    if (!stats.isFile()) throw new Error("the template has left something else in the list's place")
    if (stats.size > longest) throw new Error(`the machine's list is longer than ${longest / 1e6} MB`)
    return await handle.readFile('utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT') return undefined
    throw new Error(systemProblem(error), {cause: error})
  }
}

const head = /^(deb|rpm)\t([a-z0-9._-]{1,40})\t([a-z0-9._-]{0,40})$/
/** What deb-control(5), deb-version(7) and rpm allow in names and versions. */
const entry =
  /^([A-Za-z0-9_][A-Za-z0-9+._-]{0,199})\t([A-Za-z0-9][A-Za-z0-9+.~:^_-]{0,199})\t([a-z0-9_-]{1,20})\t([A-Za-z0-9_][A-Za-z0-9+.~:^@_-]{0,399})$/

/** @throws {Error} naming the number of the line that is of another form */
function packagesIn(text: string): InstalledPackages {
  const [first = '', ...lines] = text.trimEnd().split('\n')
  if (first === '') throw new Error('the machine could not list them')
  const [, kind, id = '', version = ''] = head.exec(first) ?? []
  if (kind !== 'deb' && kind !== 'rpm') throw new Error("line 1 of the machine's list does not name the system")
  if (lines.length === 0) throw new Error("the machine's list is empty")
  const packages = new Map<string, InstalledPackage>()
  lines.forEach((line, index) => {
    const [, name, release, architecture, source] = entry.exec(line) ?? []
    if (!name || !release || !architecture || !source) {
      throw new Error(`line ${index + 2} of the machine's list is not a package`)
    }
    packages.set(line, {name, version: release, architecture, source})
  })
  return {kind, system: {id, version}, packages: [...packages.values()]}
}
