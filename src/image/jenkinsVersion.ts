import semver from 'semver'
import type {ReadText} from '../http.ts'
import {InputError, messageOf, UserError} from '../report/errors.ts'
import type {Log} from '../report/log.ts'

export interface JenkinsRelease {
  /** Exact, such as `2.568.2` (LTS) or `2.570` (weekly). */
  readonly version: string
  /** The Debian repository that it is installed from. */
  readonly repositoryUrl: string
}

const repositories = {lts: 'https://pkg.jenkins.io/debian-stable', weekly: 'https://pkg.jenkins.io/debian'}

/**
 * The exact Jenkins version of this bake. `lts` and `weekly` are looked up in the package index of the repository that
 * the machine will install from, so that what is promised is what can be installed; an exact version is looked for there.
 *
 * @param wanted `lts`, `weekly` or an exact version
 * @param repositoryUrl the user's own repository, in the place of Jenkins's two
 * @throws {UserError} when there is no such Jenkins, or the index that must tell cannot be read
 */
export async function resolveJenkins(
  wanted: string,
  repositoryUrl: string | undefined,
  {read, log}: {read: ReadText; log: Pick<Log, 'warning'>},
  signal: AbortSignal
): Promise<JenkinsRelease> {
  const isExact = wanted !== 'lts' && wanted !== 'weekly'
  const isWeekly = wanted === 'weekly' || /^\d+\.\d+$/.test(wanted)
  const url = repositoryUrl ?? (isWeekly ? repositories.weekly : repositories.lts)
  const index = `${url}/binary/Packages`
  const limit = AbortSignal.any([signal, AbortSignal.timeout(30_000)])
  try {
    const versions = jenkinsVersions(await read(index, limit)).toSorted(byVersion)
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

/** The `Version` of each paragraph that is about the package `jenkins` (Debian policy, control files). */
function jenkinsVersions(index: string): string[] {
  return index
    .split(/\n\s*\n/)
    .filter((paragraph) => /^Package: jenkins$/m.test(paragraph))
    .flatMap((paragraph) => /^Version: (\d+\.\d+(?:\.\d+)?)$/m.exec(paragraph)?.[1] ?? [])
}

function byVersion(one: string, other: string): number {
  return semver.compare(semver.coerce(one) ?? '0.0.0', semver.coerce(other) ?? '0.0.0')
}
