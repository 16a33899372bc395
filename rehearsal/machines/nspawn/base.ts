import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {run as runProgram, type Progress} from '../../packers/run.ts'
import type {Cgroups} from './cgroups.ts'
import type {Host} from './host.ts'

const suite = 'trixie'
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
 * offer. It is built once, and then taken from the cache.
 *
 * @throws Error with the last lines of mmdebstrap, for example where no Debian mirror can be reached
 */
export async function baseSystem({host, cgroups, cache, scratch, progress, signal}: BaseOptions): Promise<string> {
  const sources = debianSources(await host.run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(LABEL) $(SITE)']))
  const recipe = [suite, ...packages, ...sources, await readFile(finishScript), await readFile(cloudConfig)]
  const folder = join(cache, 'bases', keyOf(recipe))
  if (existsSync(folder)) return folder

  progress('Building the base system, Debian 13, with mmdebstrap (about 200 MB; only this once)')
  await mkdir(join(cache, 'bases'), {recursive: true})
  const partial = join(scratch, 'base')
  const [command = '', ...args] = await cgroups.join('base', [
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
    const options = {env: host.env, onLine: progressOf(progress), ...(signal && {signal})}
    await runProgram(
      host.prefix[0] ?? command,
      host.prefix.length > 0 ? [...host.prefix.slice(1), command, ...args] : args,
      options
    )
    await host.run(finishScript, [partial, cloudConfig, hypervisorFile])
    // Another rehearsal may have built the same one meanwhile.
    if (!existsSync(folder)) await host.run('mv', ['--no-target-directory', partial, folder])
  } finally {
    await cgroups.end('base')
  }
  return folder
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

/**
 * Debian 13 from the mirrors that a Debian host's apt uses.
 *
 * @param targets Lines of origin, label and site
 * @returns Nothing on other distributions: mmdebstrap knows Debian's mirror itself
 */
export function debianSources(targets: string): string[] {
  const lines = targets.split('\n').map((line) => line.split(' '))
  const siteOf = (label: string) => lines.find(([origin, own]) => origin === 'Debian' && own === label)?.[2]
  const archive = siteOf('Debian')
  const security = siteOf('Debian-Security')
  if (archive === undefined) return []
  return [
    `deb ${archive} ${suite} main`,
    `deb ${archive} ${suite}-updates main`,
    ...(security === undefined ? [] : [`deb ${security} ${suite}-security main`])
  ]
}
