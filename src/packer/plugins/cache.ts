import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {cp, mkdir, mkdtemp, rename, rm, writeFile} from 'node:fs/promises'
import path from 'node:path'
import {nameOf, type RequiredPlugin} from './required.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The plugin folder in the runner's tool cache that was made for these requirements, for this platform; undefined when
 * there is none. The same requirements always find the same plugins, even when there are newer ones.
 */
export function cachedPlugins(required: readonly RequiredPlugin[], env: Environment): string | undefined {
  const folder = folderFor(required, env)
  return folder !== undefined && existsSync(folder) && existsSync(`${folder}.complete`) ? folder : undefined
}

/**
 * Copies a plugin folder into the tool cache, replacing one that cannot be used, if any; first under another name, so
 * that no other user of the cache sees a part of it.
 *
 * @param usable the folder in the tool cache if its plugins can be used
 * @returns the copy, or the folder that another job has put there in the meantime
 * @throws {Error} when there is no tool cache, or it cannot be written to
 */
export async function cachePlugins(
  plugins: string,
  required: readonly RequiredPlugin[],
  env: Environment,
  usable: () => Promise<string | undefined>
): Promise<string> {
  const folder = folderFor(required, env)
  if (folder === undefined) throw new Error('RUNNER_TOOL_CACHE is not set')
  await mkdir(path.dirname(folder), {recursive: true})
  const staging = await mkdtemp(`${folder}.new-`)
  try {
    const copy = path.join(staging, 'plugins')
    await cp(plugins, copy, {recursive: true})
    // Copying takes a while. Another job may use by now what it has put there.
    const others = await usable()
    if (others !== undefined) return others
    if (existsSync(folder)) await rename(folder, path.join(staging, 'old'))
    // A folder with something in it is not replaced.
    await rename(copy, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error
    })
    await writeFile(`${folder}.complete`, '')
    return folder
  } finally {
    await rm(staging, {recursive: true, force: true})
  }
}

/** Where @actions/tool-cache keeps a tool of that version; it knows versions only. */
function folderFor(required: readonly RequiredPlugin[], env: Environment): string | undefined {
  const cache = env['RUNNER_TOOL_CACHE']
  const lines = required.map(nameOf).toSorted()
  const digest = createHash('sha256')
    .update([process.platform, ...lines].join('\n'))
    .digest('hex')
  return cache ? path.join(cache, 'packer-plugins', `1.0.0-of.h${digest.slice(0, 32)}`, process.arch) : undefined
}
