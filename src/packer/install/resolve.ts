import semver from 'semver'
import {messageOf, UserError} from '../../lib/errors.ts'
import type {Log} from '../../lib/log.ts'
import {cachedVersions, lookInCache} from './cache.ts'
import type {DownloadOptions} from './download.ts'
import {releasedVersions} from './releases-index.ts'
import {isRange, rangeOf} from '../../inputs/packer-version.ts'
import {timeLimit} from '../../lib/wait.ts'

export interface ResolveOptions extends DownloadOptions {
  readonly log: Pick<Log, 'info' | 'warning'>
}

/** How long the site may be silent if the tool cache can answer, too. */
const patienceMs = 15_000

/**
 * The exact version for a range or `latest`: the newest release that satisfies it. When the releases cannot be read, it
 * is the newest undamaged one in the runner's tool cache that does, with a warning.
 *
 * @param platform `linux_amd64`, as in the names of the files
 * @throws {UserError}
 */
export async function resolveVersion(
  {version, releasesUrl}: {readonly version: string; readonly releasesUrl: string},
  platform: string,
  options: ResolveOptions
): Promise<string> {
  if (!isRange(version)) return version
  const {log, env, signal} = options
  const range = rangeOf(version)
  const cached = (await cachedVersions(env)).filter((each) => semver.satisfies(each, range))
  const released = await read(releasesUrl, platform, options, cached.length > 0).catch(async (error: unknown) => {
    signal.throwIfAborted()
    const usable = await firstWhole(cached, env, signal)
    if (usable === undefined) throw unreadable(version, error)
    log.warning(
      `The releases of Packer could not be read: ${messageOf(error)}. ` +
        `Packer ${usable}, the newest in this runner's tool cache that satisfies '${version}', is used.`
    )
    return usable
  })
  if (typeof released === 'string') return released

  const found = semver.maxSatisfying(released, range)
  if (found === null) throw unsatisfied(version, platform, semver.maxSatisfying(released, '*'), releasesUrl)
  log.info(`packer-version ${version} is Packer ${found}`)
  return found
}

async function firstWhole(
  versions: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal
): Promise<string | undefined> {
  for (const version of versions) {
    const cached = await lookInCache(version, env, signal)
    if (cached && cached.problem === undefined) return version
  }
  return undefined
}

function read(releasesUrl: string, platform: string, options: ResolveOptions, isCached: boolean): Promise<string[]> {
  const signal = isCached ? timeLimit(patienceMs, [options.signal]) : options.signal
  return releasedVersions(releasesUrl, platform, {...options, signal})
}

function unreadable(version: string, error: unknown): UserError {
  return new UserError(
    `packer-version '${version}' could not be looked up. ${messageOf(error)}, and no Packer in this runner's tool cache satisfies it.\n` +
      'Check packer-releases-url and that this runner may connect to it (proxy, firewall); a mirror must carry packer/index.json. ' +
      'An exact packer-version needs no index.',
    {cause: error}
  )
}

function unsatisfied(version: string, platform: string, newest: string | null, releasesUrl: string): UserError {
  const known = newest === null ? 'There is none at all' : `The newest is ${newest}`
  return new UserError(
    `No release of Packer for ${platform} at ${releasesUrl} satisfies packer-version '${version}'. ${known} (pre-releases count only when named exactly). Set another packer-version.`
  )
}
