import type {PackerRequest} from '../../inputs/packer-version.ts'
import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {pauseFor, type Pause} from '../../lib/wait.ts'
import {messageOf, UserError} from '../../lib/errors.ts'
import type {Log} from '../../lib/log.ts'
import {lookInCache, putIntoCache, sha256Of} from './cache.ts'
import {isOfFiles} from './download.ts'
import {hashicorpKey} from './hashicorp.ts'
import {downloadRelease, platformOf, type Release, type ReleaseOptions} from './release.ts'
import {resolveVersion} from './resolve.ts'
import {systemPacker} from './system.ts'
import {extractFile, ZipError} from './zip.ts'

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
 * Finds Packer or installs it: on PATH, in the runner's tool cache if it is still undamaged, or from a release that is
 * verified first. The log says which.
 *
 * @throws UserError; nothing is in the tool cache then
 */
export async function installPacker(
  request: PackerRequest,
  collaborators: InstallCollaborators,
  signal: AbortSignal
): Promise<Packer> {
  const {env, log, trustedKey = hashicorpKey, pause = pauseFor} = collaborators
  if (request.version === 'system') {
    const found = await systemPacker(env, signal)
    log.info(`Packer ${found.version} is the one on PATH: ${found.path}`)
    return {...found, source: 'system'}
  }
  const platform = platformOf(process.platform, process.arch)
  const options = {env, log, signal, pause, trustedKey}
  const version = await resolveVersion(request, platform, options)
  const cached = await lookInCache(version, env, signal)
  if (cached && cached.problem === undefined) {
    log.info(`Packer ${version} is in this runner's tool cache, as it was when it was verified: ${cached.path}`)
    return {path: cached.path, version, source: 'tool-cache'}
  }
  if (cached) {
    log.warning(`${cached.path} in this runner's tool cache ${cached.problem}. Packer ${version} is downloaded anew.`)
  }
  const file = await fetchPacker({version, platform, releasesUrl: request.releasesUrl}, options)
  log.info(`Installed Packer ${version} (signature and checksum verified) as ${file}`)
  return {path: file, version, source: 'download'}
}

/**
 * Downloads a release and keeps its Packer in the tool cache, or if that fails, in the temporary folder for this job.
 */
async function fetchPacker(
  release: Release,
  options: ReleaseOptions & {log: InstallCollaborators['log']}
): Promise<string> {
  const {version} = release
  const {env, log, signal} = options
  let folder: string | undefined
  let isKept = false
  try {
    folder = await mkdtemp(path.join(env['RUNNER_TEMP'] || tmpdir(), 'packer-'))
    const zip = path.join(folder, 'packer.zip')
    await downloadRelease(release, zip, options)
    const packer = await extractPacker(zip, path.join(folder, 'contents'), signal)
    await rm(zip)
    const cached = await keepInCache(packer, version, env, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      log.warning(
        `Packer ${version} could not be put into this runner's tool cache: ${messageOf(error)}. ` +
          'It is used from the temporary folder, and the next job downloads it again.'
      )
      return undefined
    })
    isKept = cached === undefined
    return cached ?? packer
  } catch (error) {
    if (!isOfFiles(error)) throw error
    throw new UserError(
      `Packer could not be installed on this runner: ${messageOf(error)}. Check that its temporary folder can be written to and has 500 MB left.`,
      {cause: error}
    )
  } finally {
    if (folder !== undefined && !isKept) await rm(folder, {recursive: true, force: true})
  }
}

async function keepInCache(
  packer: string,
  version: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal
): Promise<string> {
  const file = await putIntoCache(packer, await sha256Of(packer, signal), version, env)
  const cached = await lookInCache(version, env, signal)
  if (cached?.problem !== undefined || cached?.path !== file) throw new Error(`${file} ${cached?.problem ?? 'is gone'}`)
  return file
}

/** Five times the size of Packer. */
const largestPacker = 1_000_000_000

/** Extracts `packer` from the zip, and nothing else. @returns the program */
async function extractPacker(zip: string, folder: string, signal: AbortSignal): Promise<string> {
  await mkdir(folder)
  const file = path.join(folder, 'packer')
  try {
    await extractFile(zip, 'packer', file, {mostBytes: largestPacker, signal})
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    throw new UserError(
      `The downloaded zip is not a release of Packer: ${error.message}. Nothing was installed. Check packer-releases-url.`,
      {cause: error}
    )
  }
  return file
}
