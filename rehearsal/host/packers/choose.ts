import semver from 'semver'
import {messageOf} from '../../../src/lib/errors.ts'
import {systemPacker, type SetUp} from './distribution.ts'
import {findBuilt, findOnPath, inspectPacker, type Packer} from './packer.ts'
import {distributionVersion} from './versions.ts'

export interface ChooseDeps extends SetUp {
  /** Whether https://releases.hashicorp.com answers. */
  readonly releasesReachable: () => Promise<boolean>
  /** The version that the action installs when its input packer-version is not given. */
  readonly actionDefault: string
}

/**
 * The Packer for a rehearsal, installed if need be.
 * @param wanted a path, an exact version or `system`; undefined for the best that can be had: what the action installs, else
 *   what `npm run packers` built, else the distribution's
 * @throws Error that says what is missing and what to do
 */
export async function choosePacker(wanted: string | undefined, deps: ChooseDeps): Promise<Packer> {
  if (wanted === undefined) return bestPacker(deps)
  if (wanted === 'system') return systemPacker(deps).catch(explained('The Packer of this system cannot be used'))
  if (wanted.includes('/')) return inspectPacker(wanted, `given (${wanted})`, deps)
  if (semver.valid(wanted) === wanted) return packerOfVersion(wanted, deps)
  throw new Error(`--packer ${wanted}: expected a path (with a slash), an exact version such as 1.16.0, or system`)
}

async function bestPacker(deps: ChooseDeps): Promise<Packer> {
  if (await deps.releasesReachable()) return installedByAction(deps.actionDefault)
  const built = await findBuilt(deps.env)
  if (built) return built
  deps.progress(
    'releases.hashicorp.com cannot be reached and `npm run packers` has built none: taking the system’s Packer'
  )
  return systemPacker(deps).catch(
    explained(
      'There is no Packer to rehearse with: releases.hashicorp.com cannot be reached, `npm run packers` has built none'
    )
  )
}

async function packerOfVersion(version: string, deps: ChooseDeps): Promise<Packer> {
  const built = await findBuilt(deps.env)
  if (built?.version === version) return built
  const onPath = await findOnPath(deps.env)
  if (onPath !== undefined || version === distributionVersion) {
    const system = await systemPacker(deps).catch(explained(`Packer ${version} cannot be had`))
    if (system.version === version) return system
  }
  if (await deps.releasesReachable()) return installedByAction(version)
  throw new Error(
    `Packer ${version} cannot be had: it is neither on PATH nor built by \`npm run packers\`, and releases.hashicorp.com ` +
      'cannot be reached. Leave out --packer for the best that can be had, or give the path of a Packer.'
  )
}

function installedByAction(version: string): Packer {
  return {version, source: 'installed by the action from releases.hashicorp.com'}
}

function explained(what: string): (error: unknown) => never {
  return (error) => {
    throw new Error(
      `${what}: ${messageOf(error)}. Run \`npm run packers\` (needs Go), put a packer on PATH, or give one with --packer PATH.`,
      {cause: error}
    )
  }
}

/** Asks HashiCorp's releases site, for at most three seconds. */
export async function releasesReachable(): Promise<boolean> {
  const url = 'https://releases.hashicorp.com/packer/index.json'
  return fetch(url, {method: 'HEAD', signal: AbortSignal.timeout(3_000)}).then(
    ({ok}) => ok,
    () => false
  )
}
