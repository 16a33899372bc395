import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdir, readdir, readFile, readlink, symlink} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import type {Progress} from '../../packers/run.ts'
import type {Cgroups} from './cgroups.ts'
import {debianSources, suite} from './debian-sources.ts'
import type {Host} from './host.ts'
import {liveRuns} from './runs.ts'

const packages = [
  'ca-certificates',
  'cloud-init',
  'curl',
  'dbus',
  'iproute2',
  'openssh-server',
  'sudo',
  'systemd',
  'systemd-sysv'
]
/**
 * Where the base system's cloud-init looks for the hypervisor's word that this is EC2. On EC2 it is /sys/hypervisor/uuid, which
 * cannot be made in a container.
 */
export const hypervisorFile = '/run/hypervisor-uuid'

const fileHere = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const finishScript = fileHere('./finish-base.sh')
const cloudConfig = fileHere('./cloud.cfg')
/** In a run's folder: leads to the base system that the run uses, which therefore has to stay. */
const inUse = 'base-in-use'

export interface BaseOptions {
  readonly host: Host
  readonly cgroups: Cgroups
  /** The rehearsal's cache. */
  readonly cache: string
  /** The run's own folder, in the same file system. */
  readonly scratch: string
  readonly progress: Progress
  readonly signal?: AbortSignal | undefined
}

/**
 * The folder of the base system: Debian 13 as its images for EC2 are set up, from the packages that this host's own apt sources
 * offer. It is built once, and then taken from the cache; those of earlier recipes go when a new one is there.
 *
 * @throws Error with the last lines of mmdebstrap, for example where no Debian mirror can be reached
 */
export async function baseSystem(options: BaseOptions): Promise<string> {
  const {host, cache, scratch} = options
  const sources = debianSources(await host.run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(LABEL) $(SITE)']))
  const recipe = [suite, ...packages, ...sources, await readFile(finishScript), await readFile(cloudConfig)]
  const folder = join(cache, 'bases', keyOf(recipe))
  // Before it is looked for, so that nobody takes it away in between.
  await symlink(folder, join(scratch, inUse))
  if (!existsSync(folder)) {
    await build(folder, sources, options)
    await removeOthers(folder, host, cache)
  }
  return folder
}

async function build(folder: string, sources: readonly string[], options: BaseOptions): Promise<void> {
  const {host, cgroups, cache, scratch, progress, signal} = options
  progress('Building the base system, Debian 13, with mmdebstrap (about 200 MB; only this once)')
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
    '--hook-dir=/usr/share/mmdebstrap/hooks/eatmydata',
    '--aptopt=Acquire::Languages "none"',
    `--include=${packages.join(',')}`,
    suite,
    partial,
    ...sources
  ])
  try {
    await host.watch(command, args, progressOf(progress), signal)
    await host.run(finishScript, [partial, cloudConfig, hypervisorFile])
    await host.run('mv', ['--no-target-directory', partial, folder]).catch((error: unknown) => {
      // Another rehearsal may have built the same one meanwhile.
      if (!existsSync(folder)) throw error
    })
  } finally {
    await cgroups.end('base')
  }
}

/** Removes the base systems that neither this recipe nor a rehearsal that runs needs. */
async function removeOthers(current: string, host: Host, cache: string): Promise<void> {
  const runs = await liveRuns(cache)
  const used = await Promise.all(runs.map((run) => readlink(join(run.folder, inUse)).catch(() => '')))
  const kept = new Set([current, ...used].map((path) => basename(path)))
  const others = (await readdir(join(cache, 'bases'))).filter((name) => !kept.has(name))
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
  return `debian-13-${hash.digest('hex').slice(0, 16)}`
}
