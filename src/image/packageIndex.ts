import * as zlib from 'node:zlib'
import type {ReadBytes} from '../http.ts'

/** The two forms in which Jenkins's packages and their repositories come. */
export type PackageKind = 'deb' | 'rpm'

/** More than any index of Jenkins's, and less than what would fill a runner's memory. In bytes. */
const longestUnpacked = 50_000_000

/** A version as Jenkins numbers its releases: `2.568.2` (LTS) or `2.570` (weekly). */
const release = String.raw`\d+\.\d+(?:\.\d+)?`

/** The file of a repository that is read first. */
export function indexOf(repository: string, kind: PackageKind): string {
  return kind === 'deb' ? `${repository}/binary/Packages` : `${repository}/repodata/repomd.xml`
}

/**
 * The versions of the package `jenkins` that a repository offers.
 *
 * @throws {Error} when its index cannot be read
 */
export async function jenkinsVersions(
  repository: string,
  kind: PackageKind,
  read: ReadBytes,
  signal: AbortSignal
): Promise<string[]> {
  const index = (await read(indexOf(repository, kind), signal)).toString('utf8')
  if (kind === 'deb') return versionsOfDebs(index)
  const path = /<data type="primary">[^]*?<location href="([\w./-]+)"/.exec(index)?.[1]
  if (path === undefined) throw new Error('it names no primary index')
  return versionsOfRpms(unpack(path, await read(`${repository}/${path}`, signal)))
}

/** The `Version` of each paragraph that is about the package `jenkins` (Debian policy, control files). */
function versionsOfDebs(index: string): string[] {
  const version = new RegExp(`^Version: (${release})$`, 'm')
  return index
    .split(/\n\s*\n/)
    .filter((paragraph) => /^Package: jenkins$/m.test(paragraph))
    .flatMap((paragraph) => version.exec(paragraph)?.[1] ?? [])
}

/** The `ver` of each package of that name (createrepo_c, primary.xml). Its second number, `rel`, is the packaging's. */
function versionsOfRpms(primary: string): string[] {
  const version = new RegExp(`<version [^>]*\\bver="(${release})"`)
  return primary
    .split('</package>')
    .filter((entry) => entry.includes('<name>jenkins</name>'))
    .flatMap((entry) => version.exec(entry)?.[1] ?? [])
}

/** createrepo_c has packed its indexes with gzip, and since version 1.0 with Zstandard. */
function unpack(path: string, bytes: Buffer): string {
  const options = {maxOutputLength: longestUnpacked}
  if (path.endsWith('.gz')) return zlib.gunzipSync(bytes, options).toString('utf8')
  if (path.endsWith('.zst')) return zlib.zstdDecompressSync(bytes, options).toString('utf8')
  throw new Error(`its index ${path} is packed in a way that cannot be read`)
}
