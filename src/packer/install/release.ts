import {createHash, type Hash} from 'node:crypto'
import {createWriteStream} from 'node:fs'
import {Transform} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {bodyOf} from '../../lib/http.ts'
import {messageOf, UserError} from '../../lib/errors.ts'
import type {Log} from '../../lib/log.ts'
import {download, DownloadError, type DownloadOptions} from './download.ts'
import {verifySignature} from './signature.ts'

/** A release of Packer for one platform, at HashiCorp's site or a mirror of its layout. */
export interface Release {
  readonly version: string
  /** `linux_amd64`, as in the names of the files. */
  readonly platform: string
  /** The site's root, above `/packer/`. */
  readonly releasesUrl: string
}

export interface ReleaseOptions extends DownloadOptions {
  readonly log: Pick<Log, 'info'>
  /** The armored public key that must have signed the checksums. */
  readonly trustedKey: string
}

const longestList = 1024 * 1024
/** Ten times the size of a release. */
const longestZip = 1024 * 1024 * 1024

/** `linux_amd64` for Node's `linux` and `x64`. */
export function platformOf(platform: string, arch: string): string {
  const systems: Record<string, string> = {linux: 'linux', darwin: 'darwin'}
  const architectures: Record<string, string> = {x64: 'amd64', arm64: 'arm64'}
  const [system, architecture] = [systems[platform], architectures[arch]]
  if (!system || !architecture) {
    throw new UserError(
      `Packer is not downloaded for ${platform} on ${arch}: run the bake on Linux or macOS (x64 or arm64), or install Packer and set packer-version to system.`
    )
  }
  return `${system}_${architecture}`
}

/**
 * Downloads a release's zip to `file`, once the signature over its checksums is verified, and compares its SHA-256.
 *
 * @throws UserError for anything that is wrong with the release; `file` must not be used then
 */
export async function downloadRelease(release: Release, file: string, options: ReleaseOptions): Promise<void> {
  const {version, platform} = release
  const list = urlOf(release, `packer_${version}_SHA256SUMS`)
  const sums = await small(list, options, (error) =>
    error.status === 404
      ? `Packer ${version} does not exist there. Set packer-version to a version that is listed at ${new URL('..', list).href}.`
      : undefined
  )
  const signature = await small(urlOf(release, `packer_${version}_SHA256SUMS.sig`), options, (error) =>
    error.status === 404 ? 'The checksums are not signed there: a mirror must carry the .sig files too.' : undefined
  )
  await requireSignature(list, sums, signature, options.trustedKey)

  const name = `packer_${version}_${platform}.zip`
  const expected = checksumOf(name, sums.toString('utf8'))
  if (expected === undefined) {
    throw new UserError(
      `${list.href} lists no ${name}: Packer ${version} was not released for this platform. Set packer-version to another version.`
    )
  }
  const zip = urlOf(release, name)
  const actual = await zipTo(file, zip, options)
  if (actual !== expected) {
    throw new UserError(
      `${zip.href} is not the file that HashiCorp released: its SHA-256 is ${actual}, and ${expected} is expected. ` +
        'Nothing was installed. Run the job again, and check packer-releases-url, or the proxy, if it happens again.'
    )
  }
}

/** Where a file of the releases is, at the site itself or under a mirror's path. */
export function addressOf(releasesUrl: string, file: string): URL {
  return new URL(file, releasesUrl.endsWith('/') ? releasesUrl : `${releasesUrl}/`)
}

function urlOf({releasesUrl, version}: Release, name: string): URL {
  return addressOf(releasesUrl, `packer/${version}/${name}`)
}

type Advice = (error: DownloadError) => string | undefined

function small(url: URL, options: ReleaseOptions, advice: Advice): Promise<Buffer> {
  return explained(
    download(url, (response) => bodyOf(response, longestList), options),
    advice
  )
}

/** Resolves with the SHA-256 of the written file. */
function zipTo(file: string, url: URL, options: ReleaseOptions): Promise<string> {
  const save = download(
    url,
    async (response) => {
      const bytes = Number(response.headers['content-length'])
      options.log.info(`Downloading ${url.href}${bytes ? ` (${(bytes / 1e6).toFixed(1)} MB)` : ''}`)
      const hash = createHash('sha256')
      await pipeline(response, hashing(hash, url), createWriteStream(file))
      return hash.digest('hex')
    },
    options
  )
  return explained(save)
}

/** Passes a zip on while it hashes it, and ends one that would fill the disk. */
function hashing(hash: Hash, url: URL): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      seen += chunk.length
      hash.update(chunk)
      if (seen > longestZip) done(new DownloadError(url, `the file is longer than ${longestZip / 2 ** 20} MB`))
      else done(null, chunk)
    }
  })
}

async function explained<T>(work: Promise<T>, advice: Advice = () => undefined): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error
    const change =
      advice(error) ?? 'Check packer-releases-url and that this runner may connect to it (proxy, firewall).'
    throw new UserError(`Packer could not be downloaded. ${error.message}.\n${change}`, {cause: error})
  }
}

async function requireSignature(list: URL, sums: Buffer, signature: Buffer, trustedKey: string): Promise<void> {
  try {
    await verifySignature(sums, signature, trustedKey)
  } catch (error) {
    throw new UserError(
      `${list.href} is not signed by HashiCorp: ${messageOf(error)}. Nothing was installed. Check packer-releases-url, or the proxy in front of it.`,
      {cause: error}
    )
  }
}

/** Lines of `SHA256  NAME`, as sha256sum writes them. */
function checksumOf(name: string, sums: string): string | undefined {
  const lines = sums.split('\n').map((line) => line.trim().split(/\s+\*?/))
  return lines.find(([checksum, file]) => file === name && /^[\da-f]{64}$/.test(checksum ?? ''))?.[0]
}
