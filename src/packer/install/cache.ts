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
  rename,
  rm,
  stat,
  writeFile
} from 'node:fs/promises'
import path from 'node:path'
import {pipeline} from 'node:stream/promises'
import {find, findAllVersions} from '@actions/tool-cache'
import semver from 'semver'
import {messageOf} from '../../lib/errors.ts'

/**
 * Packer in the runner's tool cache: `packer/VERSION/ARCH/packer` as @actions/tool-cache lays it out, and beside it
 * `packer.sha256`, the checksum of the program as it was when its release had been verified. That detects damage only:
 * a program that may write there can change both.
 */
export interface CachedPacker {
  readonly path: string
  /** Why it must not be run; completes "PATH …". Undefined when it is the file that was verified. */
  readonly problem?: string
}

const tool = 'packer'

type Environment = Readonly<Record<string, string | undefined>>

/** @returns undefined when there is none of this version */
export async function lookInCache(
  version: string,
  env: Environment,
  signal: AbortSignal
): Promise<CachedPacker | undefined> {
  // The library reads RUNNER_TOOL_CACHE of this process, and throws an assertion error if it is not set.
  const folder = env['RUNNER_TOOL_CACHE'] ? find(tool, version) : ''
  if (folder === '') return undefined
  const file = path.join(folder, 'packer')
  try {
    const {size} = await stat(file)
    if (size === 0) return {path: file, problem: 'is empty'}
    const recorded = await recordIn(folder)
    if (recorded === undefined) return {path: file, problem: 'has no record of what was verified'}
    await access(file, constants.X_OK)
    const actual = await sha256Of(file, signal)
    if (actual === recorded) return {path: file}
    return {
      path: file,
      problem: `is not the file that was verified: its SHA-256 is ${actual}, and ${recorded} is recorded`
    }
  } catch (error) {
    signal.throwIfAborted()
    return isMissing(error) ? undefined : {path: file, problem: `cannot be used: ${messageOf(error)}`}
  }
}

/** The versions that have a record, newest first. Whether they are still undamaged is not checked. */
export async function cachedVersions(env: Environment): Promise<string[]> {
  if (!env['RUNNER_TOOL_CACHE']) return []
  const versions = findAllVersions(tool).toSorted(semver.rcompare)
  const records = await Promise.all(versions.map((version) => recordIn(find(tool, version))))
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
    await writeFile(`${folder}.complete`, '')
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

/**
 * Where @actions/tool-cache finds a tool of this version. Its own cacheDir() removes a folder that other jobs are using
 * before it copies.
 */
function folderFor(version: string, env: Environment): string | undefined {
  const cache = env['RUNNER_TOOL_CACHE']
  return cache ? path.join(cache, tool, version, process.arch) : undefined
}

async function recordIn(folder: string): Promise<string | undefined> {
  const text = await readFile(path.join(folder, 'packer.sha256'), 'utf8').catch(() => '')
  return /^([\da-f]{64}) {2}packer\n$/.exec(text)?.[1]
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException | undefined)?.code))
}
