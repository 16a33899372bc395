import {access, chmod, constants, mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import {getExecOutput} from '@actions/exec'
import {which} from '@actions/io'
import {cacheDir, find} from '@actions/tool-cache'
import {pauseFor, type Pause} from '../../wait.ts'
import {UserError} from '../../report/errors.ts'
import type {Log} from '../../report/log.ts'
import {hashicorpKey} from './hashicorp.ts'
import {downloadRelease, platformOf} from './release.ts'
import {systemPacker} from './system.ts'

export interface PackerRequest {
  /** An exact version, or `system` for the Packer on PATH. */
  readonly version: string
  /** `https://releases.hashicorp.com`, or a mirror of its layout. */
  readonly releasesUrl: string
}

export interface InstallCollaborators {
  readonly env: NodeJS.ProcessEnv
  readonly log: Pick<Log, 'info'>
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
  {version, releasesUrl}: PackerRequest,
  collaborators: InstallCollaborators,
  signal: AbortSignal
): Promise<Packer> {
  const {env, log} = collaborators
  if (version === 'system') return {...(await systemPacker(env, signal)), source: 'system'}
  const cached = await executableIn(find('packer', version))
  if (cached !== undefined) return {path: cached, version, source: 'tool-cache'}

  const folder = await mkdtemp(path.join(env['RUNNER_TEMP'] ?? tmpdir(), 'packer-'))
  try {
    const zip = path.join(folder, 'packer.zip')
    const release = {version, releasesUrl, platform: platformOf(process.platform, process.arch)}
    const {trustedKey = hashicorpKey, pause = pauseFor} = collaborators
    await downloadRelease(release, zip, {env, log, signal, pause, trustedKey})
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

const nothingMatched = 11

/** Takes `packer` out of the zip, and nothing else. */
async function extractPacker(zip: string, folder: string, signal: AbortSignal): Promise<string> {
  const unzip = await which('unzip')
  if (unzip === '') throw new UserError('Packer cannot be extracted: install `unzip` on this runner.')
  await mkdir(folder)
  const options = {silent: true, ignoreReturnCode: true}
  const {exitCode, stderr} = await getExecOutput('unzip', ['-q', '-o', zip, 'packer', '-d', folder], options)
  signal.throwIfAborted()
  if (exitCode !== 0) {
    const problem = exitCode === nothingMatched ? 'it holds no file `packer`' : stderr.trim()
    throw new UserError(
      `The downloaded zip is not a release of Packer: ${problem}. Nothing was installed. Check packer-releases-url.`
    )
  }
  await chmod(path.join(folder, 'packer'), 0o755)
  return folder
}
