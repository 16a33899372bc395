import {existsSync} from 'node:fs'
import {mkdir, stat, symlink} from 'node:fs/promises'
import {homedir} from 'node:os'
import {basename, delimiter, dirname, join, resolve} from 'node:path'
import semver from 'semver'
import {packersFolder} from '../folders.ts'
import type {Run} from '../run.ts'
import {packerVersion} from './versions.ts'

/** A Packer that the rehearsal can use. */
export interface Packer {
  readonly version: string
  /** Where it comes from, for the account: `the distribution's package (/usr/bin/packer)`. */
  readonly source: string
  /** Absolute path; absent where the action installs it by itself. */
  readonly executable?: string
  /** For PACKER_PLUGIN_PATH. */
  readonly plugins?: string
}

/** Packer before 1.7 has its plugins built in, and cannot read the shipped template as it is. */
export function needsDerivedTemplate(packer: Packer): boolean {
  return semver.lt(packer.version, '1.7.0')
}

/**
 * The Packer at `executable`, asked for its version.
 * @throws Error when it cannot be run or is another program of that name (RPM distributions have one for dictionaries)
 */
export async function inspectPacker(
  executable: string,
  source: string,
  {env, run}: {env: NodeJS.ProcessEnv; run: Run}
): Promise<Packer> {
  const printed = await run(executable, ['version'], {env: {CHECKPOINT_DISABLE: '1'}})
  const version = /^Packer v(\d+\.\d+\.\d+\S*)/m.exec(printed)?.[1]
  if (version === undefined)
    throw new Error(`${executable} is not HashiCorp's Packer: 'version' printed no "Packer v…"`)
  const packer = {version, source, executable}
  const plugins = needsDerivedTemplate(packer) ? undefined : await findPlugins(env)
  return plugins === undefined ? packer : {...packer, plugins}
}

/** Where the amazon plugin is installed; a run has a HOME of its own, in which Packer would not find it. */
async function findPlugins(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const home = env['HOME'] ?? homedir()
  const folders = [
    env['PACKER_PLUGIN_PATH'],
    join(packersFolder(env), packerVersion, 'plugins'),
    join(home, '.config/packer/plugins'),
    join(home, '.packer.d/plugins')
  ]
  return folders.find((folder) => folder !== undefined && existsSync(join(folder, 'github.com/hashicorp/amazon')))
}

/** The `packer` on PATH. */
export async function findOnPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '')) {
    const file = resolve(folder, 'packer')
    if (await isExecutable(file)) return file
  }
  return undefined
}

/** The Packer that `npm run packers` built; undefined where it has not been built. */
export async function findBuilt(env: NodeJS.ProcessEnv): Promise<Packer | undefined> {
  const folder = join(packersFolder(env), packerVersion)
  const executable = join(folder, 'packer')
  if (!(await isExecutable(executable))) return undefined
  return {version: packerVersion, source: 'built from its Go module', executable, plugins: join(folder, 'plugins')}
}

/**
 * The folder to put first on PATH so that `packer` is this one; a link in `scratch` where the file has another name.
 * @param scratch a folder of the run's own
 */
export async function folderForPath(executable: string, scratch: string): Promise<string> {
  if (basename(executable) === 'packer') return dirname(executable)
  const folder = join(scratch, 'packer-on-path')
  await mkdir(folder, {recursive: true})
  await symlink(executable, join(folder, 'packer'))
  return folder
}

async function isExecutable(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return found !== undefined && found.isFile() && (found.mode & 0o111) !== 0
}
