import {createHash} from 'node:crypto'
import {partsForTags} from '../aws/tags.ts'
import type {InstalledPackages} from '../packer/installed-packages.ts'

const mostTags = 8
/** Three bytes in base64url: among 500 packages, one that changed is taken for unchanged once in 30,000 times. */
const charactersPerPackage = 4

/**
 * The source packages of an image with their versions as values of tags, by which the next bake can say which are new: their
 * number and a short digest of each, because their names do not fit.
 *
 * @returns none if they do not fit either, which is so beyond 511
 */
export function recordedPackages(packages: InstalledPackages): string[] {
  const digests = sourcesIn(packages).map(digestOf)
  return partsForTags(`${digests.length}:${digests.join('')}`, mostTags)
}

/** @returns undefined for what {@link recordedPackages} has not written, or not all of it */
function digestsIn(parts: readonly string[]): Set<string> | undefined {
  const [, count, digests = ''] = /^(\d{1,3}):([\w-]+)$/.exec(parts.join('')) ?? []
  if (Number(count) * charactersPerPackage !== digests.length) return undefined
  return new Set(digests.match(new RegExp(`.{${charactersPerPackage}}`, 'g')))
}

/** How the packages of an image differ from those of an earlier one. */
export interface PackageChanges {
  /** How many source packages the image has. */
  readonly count: number
  /** Those that the earlier image did not have in this version: `glibc 2.41-12+deb13u1`. */
  readonly fresh: readonly string[]
  /** How many of the earlier image's are not in this one, in that version or at all. */
  readonly gone: number
}

/**
 * @param parts as {@link recordedPackages} made them, of the earlier image
 * @returns undefined if they were not recorded of that image
 */
export function packageChanges(parts: readonly string[], packages: InstalledPackages): PackageChanges | undefined {
  const before = digestsIn(parts)
  if (!before) return undefined
  const sources = sourcesIn(packages)
  const fresh = sources.filter((source) => !before.has(digestOf(source)))
  const now = new Set(sources.map(digestOf))
  return {
    count: sources.length,
    fresh: fresh.map((source) => source.replace('@', ' ').replace(/\.src\.rpm$/, '')),
    gone: [...before].filter((digest) => !now.has(digest)).length
  }
}

/**
 * Packages that were built from the same source are updated together, but for those that Debian has built again (`+b1`). Some
 * of third parties do not name their source.
 */
function sourcesIn({packages}: InstalledPackages): string[] {
  const sources = packages.map(({name, version, source}) => {
    const [rebuilt = ''] = /\+b\d+$/.exec(version) ?? []
    return source === name ? `${name}@${version}` : `${source}${rebuilt}`
  })
  return [...new Set(sources)].toSorted()
}

function digestOf(source: string): string {
  return createHash('sha256').update(source).digest('base64url').slice(0, charactersPerPackage)
}
