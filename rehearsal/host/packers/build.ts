import {mkdir, readdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {messageOf} from '../../../src/lib/errors.ts'
import {packersFolder} from '../folders.ts'
import {findBuilt, type Packer} from './packer.ts'
import type {Progress, Run} from '../run.ts'
import {amazonPluginVersion, packerVersion} from './versions.ts'

export interface BuildDeps {
  readonly env: NodeJS.ProcessEnv
  readonly run: Run
  readonly progress: Progress
  /** Aborted: the build ends, and what was built so far is removed. */
  readonly signal?: AbortSignal
}

/** How often a long compilation says that it is still at work. */
const heartbeatMs = 15_000

/**
 * Builds Packer and its amazon plugin from their Go modules, once: both, or neither. Go's own caches make a second build after
 * an interruption quick. Packer is under the Business Source License and the plugin under the MPL: built for tests on this
 * machine, never passed on.
 * @throws Error that says what is missing or what go or packer said
 */
export async function buildPackers({env, run, progress, signal}: BuildDeps): Promise<Packer> {
  const existing = await findBuilt(env)
  if (existing) {
    progress(
      `Packer ${packerVersion} with the amazon plugin ${amazonPluginVersion} is already there: ${existing.executable}`
    )
    return existing
  }
  const options = signal ? {signal} : {}
  const go = await run('go', ['version'], options).catch((error: unknown) => {
    throw new Error(`Building Packer takes Go (https://go.dev/dl, or apt-get install golang): ${messageOf(error)}`)
  })
  progress(
    `Building Packer ${packerVersion} and its amazon plugin ${amazonPluginVersion} with ${go}; about nine minutes the first time`
  )

  const parent = packersFolder(env)
  await removeAbandoned(parent)
  const unfinished = join(parent, `.building-${process.pid}`)
  await mkdir(unfinished, {recursive: true})
  try {
    const compile = (module: Module) => compileModule(module, unfinished, {run, progress, options})
    await compile({path: 'github.com/hashicorp/packer', version: packerVersion, output: 'packer', variables: []})
    const plugin = await compile({
      path: 'github.com/hashicorp/packer-plugin-amazon',
      version: amazonPluginVersion,
      output: 'packer-plugin-amazon',
      // Without this it calls itself a development version, which no version constraint accepts.
      variables: ['-X github.com/hashicorp/packer-plugin-amazon/version.VersionPrerelease=']
    })
    progress('Installing the plugin')
    await run(join(unfinished, 'packer'), ['plugins', 'install', '--path', plugin, 'github.com/hashicorp/amazon'], {
      ...options,
      cwd: unfinished,
      env: {PACKER_PLUGIN_PATH: join(unfinished, 'plugins'), CHECKPOINT_DISABLE: '1'}
    })
    await rm(plugin)
    await rename(unfinished, join(parent, packerVersion))
  } finally {
    await rm(unfinished, {recursive: true, force: true})
  }
  const built = await findBuilt(env)
  if (!built) throw new Error(`The build in ${parent} went through, but left no packer ${packerVersion}`)
  progress(`Ready: ${built.executable}`)
  return built
}

interface Module {
  readonly path: string
  readonly version: string
  readonly output: string
  /** Variables of the program that the linker sets. */
  readonly variables: readonly string[]
}

/** Returns the program's path. `go install MODULE@VERSION` refuses these modules for their replace directives. */
async function compileModule(
  {path, version, output, variables}: Module,
  folder: string,
  {run, progress, options}: {run: Run; progress: Progress; options: {signal?: AbortSignal}}
): Promise<string> {
  const module = `${path}@v${version}`
  progress(`Downloading ${module}`)
  const answer: {Dir?: unknown} = JSON.parse(
    await run('go', ['mod', 'download', '-json', module], {...options, cwd: folder})
  )
  if (typeof answer.Dir !== 'string') throw new Error(`go mod download -json ${module} named no folder`)

  const began = performance.now()
  const elapsed = () => `${Math.round((performance.now() - began) / 1000)} s`
  const heartbeat = setInterval(() => progress(`Compiling ${module} … ${elapsed()}`), heartbeatMs)
  progress(`Compiling ${module}`)
  try {
    const program = join(folder, output)
    // As HashiCorp builds its releases (packer's .github/workflows/build.yml, the plugin's .goreleaser.yml): without symbols,
    // a quarter smaller, which counts because Packer reads the whole file of a plugin to compare its checksum whenever it looks for one.
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', ['-s', '-w', ...variables].join(' ')]
    await run('go', ['build', ...flags, '-o', program, '.'], {
      ...options,
      cwd: answer.Dir,
      env: {CGO_ENABLED: '0'},
      onLine: (line) => progress(`  ${line}`)
    })
    progress(`Compiled ${module} in ${elapsed()}`)
    return program
  } finally {
    clearInterval(heartbeat)
  }
}

/** Builds that were killed leave their folder behind. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = /^\.building-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(parent, name), {recursive: true, force: true})
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
