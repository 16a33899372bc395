import semver from 'semver'
import {bodyOf} from '../../lib/http.ts'
import {messageOf} from '../../lib/errors.ts'
import {download, type DownloadOptions} from './download.ts'
import {addressOf} from './release.ts'

/** In bytes. HashiCorp's own has less than 2 MB. */
const longestIndex = 10_000_000

/**
 * The versions of Packer that a site offers for a platform, without pre-releases and without builds under other terms, such as
 * `1.2.3+ent`.
 *
 * @param releasesUrl the site's root, above `/packer/`
 * @throws {Error} when the site cannot be reached, or has no index
 */
export async function releasedVersions(
  releasesUrl: string,
  platform: string,
  options: DownloadOptions
): Promise<string[]> {
  const url = addressOf(releasesUrl, 'packer/index.json')
  const body = await download(url, (response) => bodyOf(response, longestIndex), options)
  const versions = versionsIn(url, body.toString('utf8'))
  return Object.entries(versions).flatMap(([version, release]) =>
    isFinal(version) && isFor(platform, release) ? [version] : []
  )
}

function versionsIn(url: URL, text: string): object {
  try {
    const index: unknown = JSON.parse(text)
    if (isObject(index) && isObject(index['versions'])) return index['versions']
    throw new Error('it lists no versions')
  } catch (error) {
    throw new Error(`${url.href} is not an index of releases: ${messageOf(error)}`, {cause: error})
  }
}

function isFinal(version: string): boolean {
  const parsed = semver.parse(version)
  return parsed?.raw === version && parsed.version === version && parsed.prerelease.length === 0
}

function isFor(platform: string, release: unknown): boolean {
  const builds: unknown = isObject(release) ? release['builds'] : undefined
  return (
    Array.isArray(builds) &&
    builds.some((build) => isObject(build) && `${String(build['os'])}_${String(build['arch'])}` === platform)
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object'
}
