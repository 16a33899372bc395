import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {
  access,
  chmod,
  constants,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile
} from 'node:fs/promises'
import path from 'node:path'
import {pipeline} from 'node:stream/promises'
import semver from 'semver'
import {messageOf} from '../../report/errors.ts'

/**
 * Packer in the runner's tool cache: `packer/VERSION/ARCH/packer` as @actions/tool-cache lays it out, and beside it `packer.sha256`, the
 * checksum of the program as it was when its release had been verified. That shows damage; whoever may write there can change both.
 */
export interface CachedPacker {
  readonly path: string
  /** Why it must not be run; completes "PATH …". Undefined when it is what was verified. */
  readonly problem?: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** @returns undefined when there is none of this version */
export async function lookInCache(
  version: string,
  env: Environment,
  signal: AbortSignal
): Promise<CachedPacker | undefined> {
  const folder = folderFor(version, env)
  if (folder === undefined) return undefined
  const file = path.join(folder, 'packer')
  try {
    const {size} = await stat(file)
    if (size === 0) return {path: file, problem: 'is empty'}
    const recorded = await recordIn(folder)
    if (recorded === undefined) return {path: file, problem: 'has no record of what was verified'}
    await access(file, constants.X_OK)
    const actual = await sha256Of(file, signal)
    if (actual === recorded) return {path: file}
    return {path: file, problem: `is not what was verified: its SHA-256 is ${actual}, and ${recorded} is recorded`}
  } catch (error) {
    signal.throwIfAborted()
    return isMissing(error) ? undefined : {path: file, problem: `cannot be used: ${messageOf(error)}`}
  }
}

/** The versions that have a record, whether they still are what was verified or not; newest first. */
export async function cachedVersions(env: Environment): Promise<string[]> {
  const root = rootOf(env)
  if (root === undefined) return []
  const names = await readdir(root).catch(() => [])
  const versions = names.filter((name) => semver.valid(name) === name).toSorted(semver.rcompare)
  const records = await Promise.all(versions.map((version) => recordIn(path.join(root, version, process.arch))))
  return versions.filter((_, index) => records[index] !== undefined)
}

/**
 * Puts a verified Packer into the tool cache. Others that share the cache see the old one, if any, or the new one, and never a part of
 * it: it is copied to another name there, and then renamed.
 *
 * @param sha256 the file's, 64 hexadecimal digits
 * @throws {Error} when there is no tool cache, or it cannot be written to
 */
export async function putIntoCache(file: string, sha256: string, version: string, env: Environment): Promise<string> {
  const folder = folderFor(version, env)
  if (folder === undefined) throw new Error('RUNNER_TOOL_CACHE is not set')
  await mkdir(folder, {recursive: true})
  const staging = await mkdtemp(path.join(folder, '.new-'))
  try {
    const names = ['packer.sha256', 'packer'] as const
    const [record, program] = names.map((name) => path.join(staging, name)) as [string, string]
    await writeFile(record, `${sha256}  packer\n`)
    await copyFile(file, program)
    await chmod(program, 0o755)
    for (const name of names) await rename(path.join(staging, name), path.join(folder, name))
    return path.join(folder, 'packer')
  } finally {
    await rm(staging, {recursive: true, force: true})
  }
}

export async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash, {signal})
  return hash.digest('hex')
}

function rootOf(env: Environment): string | undefined {
  const cache = env['RUNNER_TOOL_CACHE']
  return cache ? path.join(cache, 'packer') : undefined
}

function folderFor(version: string, env: Environment): string | undefined {
  const root = rootOf(env)
  return root === undefined ? undefined : path.join(root, version, process.arch)
}

async function recordIn(folder: string): Promise<string | undefined> {
  const text = await readFile(path.join(folder, 'packer.sha256'), 'utf8').catch(() => '')
  return /^([\da-f]{64}) {2}packer\n$/.exec(text)?.[1]
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException | undefined)?.code))
}
