import {access, constants, mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {cacheDir, find} from '@actions/tool-cache'
import {pauseFor, type Pause} from '../../wait.ts'
import {UserError} from '../../report/errors.ts'
import type {Log} from '../../report/log.ts'
import {hashicorpKey} from './hashicorp.ts'
import {downloadRelease, platformOf} from './release.ts'
import {resolveVersion} from './resolve.ts'
import {systemPacker} from './system.ts'
import {extractFile, ZipError} from './zip.ts'

export interface PackerRequest {
  /** An exact version, a semver range, `latest`, or `system` for the Packer on PATH. */
  readonly version: string
  /** `https://releases.hashicorp.com`, or a mirror of its layout. */
  readonly releasesUrl: string
}

export interface InstallCollaborators {
  readonly env: NodeJS.ProcessEnv
  readonly log: Pick<Log, 'info' | 'warning'>
  /** HashiCorp's, unless another armored public key is trusted. */
  readonly trustedKey?: string
  readonly pause?: Pause
}

export interface Packer {
  readonly path: string
  readonly version: string
  readonly source: 'system' | 'tool-cache' | 'download'
}

/**
 * Finds Packer or installs it: on PATH, in the runner's tool cache, or from a release that is verified first.
 *
 * @throws UserError; nothing is in the tool cache then
 */
export async function installPacker(
  request: PackerRequest,
  collaborators: InstallCollaborators,
  signal: AbortSignal
): Promise<Packer> {
  const {env, log, trustedKey = hashicorpKey, pause = pauseFor} = collaborators
  if (request.version === 'system') return {...(await systemPacker(env, signal)), source: 'system'}
  const platform = platformOf(process.platform, process.arch)
  const options = {env, log, signal, pause, trustedKey}
  const version = await resolveVersion(request, platform, options)
  const cached = await executableIn(find('packer', version))
  if (cached !== undefined) return {path: cached, version, source: 'tool-cache'}

  const folder = await mkdtemp(path.join(env['RUNNER_TEMP'] ?? tmpdir(), 'packer-'))
  try {
    const zip = path.join(folder, 'packer.zip')
    await downloadRelease({version, platform, releasesUrl: request.releasesUrl}, zip, options)
    const contents = await extractPacker(zip, path.join(folder, 'contents'), signal)
    const installed = await executableIn(await cacheDir(contents, 'packer', version))
    if (installed === undefined)
      throw new Error(`Packer ${version} is missing from the tool cache after its installation`)
    log.info(`Installed Packer ${version} (signature and checksum verified) as ${installed}`)
    return {path: installed, version, source: 'download'}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function executableIn(folder: string): Promise<string | undefined> {
  if (folder === '') return undefined
  const file = path.join(folder, 'packer')
  return access(file, constants.X_OK).then(
    () => file,
    () => undefined
  )
}

/** Five times what Packer has. */
const largestPacker = 1_000_000_000

/** Takes `packer` out of the zip, and nothing else. */
async function extractPacker(zip: string, folder: string, signal: AbortSignal): Promise<string> {
  await mkdir(folder)
  try {
    await extractFile(zip, 'packer', path.join(folder, 'packer'), {mostBytes: largestPacker, signal})
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    throw new UserError(
      `The downloaded zip is not a release of Packer: ${error.message}. Nothing was installed. Check packer-releases-url.`,
      {cause: error}
    )
  }
  return folder
}
