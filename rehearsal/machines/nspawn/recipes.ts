import {readFile} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'
import {messageOf} from '../../../src/lib/errors.ts'
import type {BaseName} from '../driver.ts'
import {debianSources, suite as debianSuite} from './debian-sources.ts'
import {createHost, type Host} from './host.ts'
import {ubuntuKeyring, ubuntuMirror, ubuntuSources, suite as ubuntuSuite} from './ubuntu-sources.ts'

/** How a base system is built and made a machine image. */
export interface Recipe {
  readonly name: BaseName
  readonly suite: string
  readonly packages: readonly string[]
  /** Lines of a sources.list, which the machines keep. */
  readonly sources: readonly string[]
  /** More arguments of mmdebstrap. */
  readonly options: readonly string[]
  /** Scripts that are run on the new file system in turn, each with its arguments after the folder. */
  readonly finish: readonly (readonly [script: string, ...args: string[]])[]
  /** The files that decide what the scripts do. */
  readonly files: readonly string[]
}

/**
 * Where the base system's cloud-init looks for the hypervisor's word that this is EC2. On EC2 it is /sys/hypervisor/uuid, which
 * cannot be made in a container.
 */
export const hypervisorFile = '/run/hypervisor-uuid'

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

const fileHere = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const finishScript = fileHere('./finish-base.sh')
const cloudConfig = fileHere('./cloud.cfg')
const finishUbuntuScript = fileHere('./finish-ubuntu.sh')
const ubuntuConfig = fileHere('./cloud-ubuntu.cfg')

export interface RecipeOptions {
  readonly host: Host
  /** The run's own folder. */
  readonly scratch: string
  readonly env: NodeJS.ProcessEnv
}

/** @throws Error with one sentence where the packages cannot be had */
export async function recipeFor(base: BaseName, options: RecipeOptions): Promise<Recipe> {
  const targets = await targetsOf(options.host)
  return base === 'debian-13' ? debian(targets) : ubuntu(targets, options)
}

/** Why a system's packages cannot be had, in one sentence; undefined where they can. Debian's are expected to be. */
export async function whyNoBase(
  base: BaseName,
  env: NodeJS.ProcessEnv = process.env,
  host: Host = createHost()
): Promise<string | undefined> {
  if (base === 'debian-13') return undefined
  return ubuntuMirror(await targetsOf(host), env).then(
    () => undefined,
    (error: unknown) => messageOf(error)
  )
}

/** Where this host's apt has its packages from. */
function targetsOf(host: Host): Promise<string> {
  return host.run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(LABEL) $(SITE)'])
}

/** From the packages that this host's own apt sources offer. */
function debian(targets: string): Recipe {
  return {
    name: 'debian-13',
    suite: debianSuite,
    packages,
    sources: debianSources(targets),
    options: ['--hook-dir=/usr/share/mmdebstrap/hooks/eatmydata'],
    finish: [[finishScript, cloudConfig, hypervisorFile]],
    files: [finishScript, cloudConfig]
  }
}

async function ubuntu(targets: string, {host, scratch, env}: RecipeOptions): Promise<Recipe> {
  const mirror = await ubuntuMirror(targets, env)
  const keyring = await ubuntuKeyring(mirror, {host, scratch})
  return {
    name: 'ubuntu-24.04',
    suite: ubuntuSuite,
    // apt and its keys are no part of Ubuntu's smallest system, and without its PAM module logins have no session.
    packages: [...packages, 'apt', 'libpam-systemd', 'ubuntu-keyring'],
    sources: ubuntuSources(mirror),
    options: [`--keyring=${keyring}`],
    finish: [
      [finishUbuntuScript, ubuntuConfig],
      [finishScript, cloudConfig, hypervisorFile]
    ],
    files: [finishUbuntuScript, ubuntuConfig, finishScript, cloudConfig]
  }
}

/** What a recipe is known by: another one makes another system. */
export async function ingredientsOf({suite, packages: own, sources, files}: Recipe): Promise<(string | Buffer)[]> {
  return [suite, ...own, ...sources, ...(await Promise.all(files.map((file) => readFile(file))))]
}
