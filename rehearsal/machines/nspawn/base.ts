import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdir, readdir, readlink, symlink} from 'node:fs/promises'
import {basename, join} from 'node:path'
import type {Progress} from '../../host/run.ts'
import {baseNames, baseTitles, type BaseName} from '../driver.ts'
import type {Cgroups} from './cgroups.ts'
import type {Host} from './host.ts'
import {ingredientsOf, recipeFor, type Recipe} from './recipes.ts'
import {liveRuns} from './runs.ts'

/** In a run's folder: leads to the base system that the run uses, which therefore has to stay. */
const inUse = 'base-in-use'

export interface BaseOptions {
  readonly base: BaseName
  readonly host: Host
  readonly cgroups: Cgroups
  /** The rehearsal's cache. */
  readonly cache: string
  /** The run's own folder, in the same file system. */
  readonly scratch: string
  readonly env: NodeJS.ProcessEnv
  readonly progress: Progress
  readonly signal?: AbortSignal | undefined
}

/**
 * The folder of a base system: a distribution as its images for EC2 are set up. It is built once, and then taken from the cache;
 * those of its earlier recipes go when a new one is there.
 *
 * @throws Error with the last lines of mmdebstrap, for example where no Debian mirror can be reached
 */
export async function baseSystem(options: BaseOptions): Promise<string> {
  const {base, cache, scratch} = options
  const recipe = await recipeFor(base, options)
  const folder = join(cache, 'bases', `${base}-${keyOf(await ingredientsOf(recipe))}`)
  // Before it is looked for, so that nobody takes it away in between.
  await symlink(folder, join(scratch, inUse))
  if (!existsSync(folder)) {
    await build(folder, recipe, options)
    await removeOthers(folder, options)
  }
  return folder
}

async function build(folder: string, recipe: Recipe, options: BaseOptions): Promise<void> {
  const {host, cgroups, cache, scratch, progress, signal} = options
  progress(`Building the base system, ${baseTitles[recipe.name]}, with mmdebstrap (about 200 MB; only this once)`)
  const partial = join(scratch, 'base')
  const temporary = join(scratch, 'tmp')
  await mkdir(join(cache, 'bases'), {recursive: true})
  await mkdir(temporary)
  const [command = '', ...args] = await cgroups.join('base', [
    'env',
    `TMPDIR=${temporary}`,
    'mmdebstrap',
    '--mode=root',
    '--variant=minbase',
    ...recipe.options,
    '--aptopt=Acquire::Languages "none"',
    `--include=${recipe.packages.join(',')}`,
    recipe.suite,
    partial,
    ...recipe.sources
  ])
  try {
    await host.watch(command, args, progressOf(progress), signal)
    for (const [script, ...rest] of recipe.finish) await host.run(script, [partial, ...rest])
    await host.run('mv', ['--no-target-directory', partial, folder]).catch((error: unknown) => {
      // Another rehearsal may have built the same one meanwhile.
      if (!existsSync(folder)) throw error
    })
  } finally {
    await cgroups.end('base')
  }
}

/** Removes the base systems that neither this recipe, nor another distribution's, nor a rehearsal that runs needs. */
async function removeOthers(current: string, {base, host, cache}: BaseOptions): Promise<void> {
  const runs = await liveRuns(cache)
  const used = await Promise.all(runs.map((run) => readlink(join(run.folder, inUse)).catch(() => '')))
  const kept = new Set([current, ...used].map((path) => basename(path)))
  const isAnothers = (name: string) => baseNames.some((other) => other !== base && name.startsWith(`${other}-`))
  const others = (await readdir(join(cache, 'bases'))).filter((name) => !kept.has(name) && !isAnothers(name))
  await host.run('rm', ['-rf', ...others.map((name) => join(cache, 'bases', name))])
}

/** mmdebstrap's stages, of its many lines. */
function progressOf(progress: Progress): Progress {
  return (line) => {
    if (line.startsWith('I: ')) progress(`  ${line.slice(3)}`)
  }
}

function keyOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 16)
}
