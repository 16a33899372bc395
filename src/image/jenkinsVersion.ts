import semver from 'semver'
import {UserError, messageOf} from '../report/errors.ts'

export interface JenkinsRelease {
  /** Exact, such as `2.568.2` (LTS) or `2.570` (weekly). */
  readonly version: string
  /** The Debian repository that it is installed from. */
  readonly repositoryUrl: string
}

const repositories = {lts: 'https://pkg.jenkins.io/debian-stable', weekly: 'https://pkg.jenkins.io/debian'}

/** Jenkins's own index is about 200 KB. */
const longestIndex = 20_000_000

/**
 * The exact Jenkins version of this bake. `lts` and `weekly` are looked up in the package index of the repository that
 * the machine will install from, so that what is promised is what can be installed.
 *
 * @param wanted `lts`, `weekly` or an exact version, which is taken as it is
 * @param repositoryUrl the user's own repository, in the place of Jenkins's two
 * @throws {UserError} when the index cannot be read or has no Jenkins
 */
export async function resolveJenkins(
  wanted: string,
  repositoryUrl: string | undefined,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal
): Promise<JenkinsRelease> {
  const isWeekly = wanted === 'weekly' || /^\d+\.\d+$/.test(wanted)
  const url = repositoryUrl ?? (isWeekly ? repositories.weekly : repositories.lts)
  if (wanted !== 'lts' && wanted !== 'weekly') return {version: wanted, repositoryUrl: url}
  const index = `${url}/binary/Packages`
  const advice =
    "Set 'jenkins-version' to an exact version, or 'jenkins-repository-url' to a repository that this runner reaches."
  const versions = await readIndex(index, fetch, signal).then(jenkinsVersions, (error: unknown) => {
    signal.throwIfAborted()
    throw new UserError(`Jenkins '${wanted}' could not be looked up in ${index}: ${messageOf(error)}. ${advice}`)
  })
  const newest = versions.toSorted((a, b) => semver.compare(comparable(a), comparable(b))).at(-1)
  if (!newest) throw new UserError(`${index} lists no package 'jenkins'. ${advice}`)
  return {version: newest, repositoryUrl: url}
}

async function readIndex(url: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, {signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)])})
  if (!response.ok) throw new Error(`it answered ${response.status}`)
  const text = await response.text()
  if (text.length > longestIndex) throw new Error('it is too long for a package index')
  return text
}

/** The `Version` of each paragraph that is about the package `jenkins` (Debian policy, control files). */
function jenkinsVersions(index: string): string[] {
  return index
    .split(/\n\s*\n/)
    .filter((paragraph) => /^Package: jenkins$/m.test(paragraph))
    .flatMap((paragraph) => /^Version: (\d+\.\d+(?:\.\d+)?)$/m.exec(paragraph)?.[1] ?? [])
}

function comparable(version: string): semver.SemVer {
  return semver.coerce(version) ?? new semver.SemVer('0.0.0')
}
