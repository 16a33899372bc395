import type {PackageKind} from '../inputs/distributions.ts'
import * as zlib from 'node:zlib'
import type {ReadBytes} from '../lib/http.ts'

/** More than any index of Jenkins, and less than would fill a runner's memory. In bytes. All work on it is linear. */
const longestUnpacked = 50_000_000

/** Jenkins's own repository of weekly releases has about a thousand. */
const mostVersions = 100_000

/** A version as Jenkins numbers its releases: `2.568.2` (LTS) or `2.570` (weekly). */
const release = /^\d{1,9}\.\d{1,9}(?:\.\d{1,9})?$/

/** The file of a repository that is read first. */
export function indexOf(repository: string, kind: PackageKind): string {
  return kind === 'deb' ? `${repository}/binary/Packages` : `${repository}/repodata/repomd.xml`
}

/**
 * The versions of the package `jenkins` that a repository offers, each once.
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
  if (kind === 'deb') return bounded(versionsOfDebs(index))
  const [primary = ''] = between(index, '<data type="primary">', '</data>')
  const [path = ''] = between(primary, '<location href="', '"')
  if (!/^[\w./-]+$/.test(path)) throw new Error('it names no primary index')
  return bounded(versionsOfRpms(unpack(path, await read(`${repository}/${path}`, signal))))
}

function bounded(versions: Iterable<string>): string[] {
  const found = new Set<string>()
  for (const version of versions) {
    if (release.test(version)) found.add(version)
    if (found.size > mostVersions) throw new Error(`it lists more than ${mostVersions} versions of Jenkins`)
  }
  return [...found]
}

/** The `Version` of each paragraph that is about the package `jenkins` (Debian policy, control files). */
function* versionsOfDebs(index: string): Generator<string> {
  let [isJenkins, version] = [false, '']
  for (const line of linesOf(index)) {
    if (line.startsWith('Package: ')) isJenkins = line === 'Package: jenkins'
    else if (line.startsWith('Version: ')) version = line.slice('Version: '.length)
    else if (line.trim() === '') {
      if (isJenkins) yield version
      ;[isJenkins, version] = [false, '']
    }
  }
}

/** The `ver` of each package of that name (createrepo_c, primary.xml). Its second number, `rel`, is the packaging's. */
function* versionsOfRpms(primary: string): Generator<string> {
  for (const entry of between(primary, '<package ', '</package>')) {
    if (!entry.includes('<name>jenkins</name>')) continue
    const [tag = ''] = between(entry, '<version ', '>')
    const [version = ''] = between(` ${tag}`, ' ver="', '"')
    yield version
  }
}

/** Each line, and an empty one at the end. A slice of a string shares its memory and costs no copy. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from)
    const line = text.slice(from, end < 0 ? text.length : end)
    yield line.endsWith('\r') ? line.slice(0, -1) : line
    from += line.length + 1
  }
  yield ''
}

/** The parts of a string between two marks; each character is read once. */
function* between(text: string, begin: string, end: string): Generator<string> {
  for (let at = 0; ;) {
    const found = text.indexOf(begin, at)
    const from = found + begin.length
    const to = found < 0 ? -1 : text.indexOf(end, from)
    if (to < 0) return
    yield text.slice(from, to)
    at = to + end.length
  }
}

/** createrepo_c has packed its indexes with gzip, and since version 1.0 with Zstandard. */
function unpack(path: string, bytes: Buffer): string {
  const options = {maxOutputLength: longestUnpacked}
  if (path.endsWith('.gz')) return zlib.gunzipSync(bytes, options).toString('utf8')
  if (path.endsWith('.zst')) return zlib.zstdDecompressSync(bytes, options).toString('utf8')
  throw new Error(`its index ${path} is compressed in a way that cannot be read`)
}
