import type {ReadBytes} from '../lib/http.ts'
import {InputError, messageOf, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {indexOf, jenkinsVersions} from './package-index.ts'
import type {PackageKind} from '../inputs/distributions.ts'
import {timeLimit} from '../lib/wait.ts'

export interface JenkinsRequest {
  /** `lts`, `weekly` or an exact version. */
  readonly version: string
  /** The user's own repository, instead of Jenkins's. */
  readonly repositoryUrl?: string
  /** The kind of package that the machine installs. Absent: it is not known. */
  readonly packages?: PackageKind
}

export interface JenkinsRelease {
  /** Exact, such as `2.568.2` (LTS) or `2.570` (weekly). */
  readonly version: string
  /** The repository in which the version was looked up. */
  readonly repositoryUrl: string
}

/** www.jenkins.io/doc/book/installing/linux */
const repositories = {
  deb: {stable: 'https://pkg.jenkins.io/debian-stable', weekly: 'https://pkg.jenkins.io/debian'},
  rpm: {stable: 'https://pkg.jenkins.io/rpm-stable', weekly: 'https://pkg.jenkins.io/rpm'}
}

/**
 * The exact Jenkins version of this bake. `lts` and `weekly` are looked up in the package index of the repository that
 * the machine will install from, so that this version can be installed; an exact version is looked for there.
 *
 * @throws {UserError} when there is no such Jenkins, or the index that is needed cannot be read
 */
export async function resolveJenkins(
  {version: wanted, repositoryUrl, packages}: JenkinsRequest,
  {readBytes, log}: {readBytes: ReadBytes; log: Pick<Log, 'warning'>},
  signal: AbortSignal
): Promise<JenkinsRelease> {
  const isExact = wanted !== 'lts' && wanted !== 'weekly'
  const isWeekly = wanted === 'weekly' || /^\d+\.\d+$/.test(wanted)
  const kinds = packageKinds(packages, repositoryUrl !== undefined)
  const url = repositoryUrl ?? repositories[kinds[0]][isWeekly ? 'weekly' : 'stable']
  const limit = timeLimit(30_000, [signal])
  let index = indexOf(url, kinds[0])
  try {
    const found = await firstIndex(url, kinds, readBytes, limit)
    index = indexOf(url, found.kind)
    const versions = oldestFirst(found.versions)
    const unquoted = isExact ? meantWithoutQuotes(wanted, versions) : undefined
    if (unquoted !== undefined) {
      throw new InputError(
        'jenkins-version',
        `YAML turns ${unquoted} without quotes into '${wanted}', and ${index} has Jenkins ${unquoted}: write '${unquoted}' in quotes.`
      )
    }
    if (!isExact && versions.length > 0) return {version: versions.at(-1) ?? '', repositoryUrl: url}
    if (versions.includes(wanted)) return {version: wanted, repositoryUrl: url}
    const offered =
      versions.length > 0 ? `It offers ${versions.slice(-5).join(', ')}.` : "It lists no package 'jenkins'."
    throw new InputError('jenkins-version', `${index} has no Jenkins '${wanted}'. ${offered}`)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof InputError) throw error
    const problem = `${index} could not be read: ${messageOf(error)}.`
    if (!isExact) {
      const advice = `Set 'jenkins-version' to an exact version, or 'jenkins-repository-url' to a repository that this runner reaches.`
      throw new UserError(`Jenkins '${wanted}' could not be looked up. ${problem} ${advice}`, {cause: error})
    }
    // The machine may reach a repository that this runner does not.
    log.warning(`It could not be checked that there is a Jenkins ${wanted}. ${problem}`)
    return {version: wanted, repositoryUrl: url}
  }
}

/** YAML reads `2.570` as a number, and drops its last zero. The Jenkins with the shorter number is years old. */
function meantWithoutQuotes(wanted: string, versions: readonly string[]): string | undefined {
  return /^\d+\.\d*[1-9]$/.test(wanted)
    ? versions.findLast((version) => version.startsWith(wanted) && /^0+$/.test(version.slice(wanted.length)))
    : undefined
}

/** The kind of the machine's packages decides; only if it is not known may a mirror have either kind. */
function packageKinds(known: PackageKind | undefined, isMirror: boolean): readonly [PackageKind, ...PackageKind[]] {
  if (known) return [known]
  return isMirror ? ['deb', 'rpm'] : ['deb']
}

/** The first kind of index that the repository has. If it has none, rejects with the first kind's error. */
async function firstIndex(
  url: string,
  [kind, ...others]: readonly [PackageKind, ...PackageKind[]],
  read: ReadBytes,
  signal: AbortSignal
): Promise<{kind: PackageKind; versions: string[]}> {
  try {
    return {kind, versions: await jenkinsVersions(url, kind, read, signal)}
  } catch (error) {
    signal.throwIfAborted()
    const [next, ...rest] = others
    if (next === undefined) throw error
    return firstIndex(url, [next, ...rest], read, signal).catch(() => {
      throw error
    })
  }
}

/** Sorts versions such as `2.568.2` and `2.570`. */
function oldestFirst(versions: readonly string[]): string[] {
  const numbered = versions.map((version) => ({version, numbers: version.split('.').map(Number)}))
  const sorted = numbered.toSorted(({numbers: one}, {numbers: other}) => {
    const differences = [0, 1, 2].map((index) => (one[index] ?? 0) - (other[index] ?? 0))
    return differences.find((difference) => difference !== 0) ?? 0
  })
  return sorted.map(({version}) => version)
}
