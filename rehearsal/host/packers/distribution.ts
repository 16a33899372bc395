import {findOnPath, inspectPacker, type Packer} from './packer.ts'
import type {Progress, Run} from '../run.ts'

export interface SetUp {
  readonly env: NodeJS.ProcessEnv
  readonly run: Run
  readonly progress: Progress
  /** The effective user is root. */
  readonly isRoot: boolean
}

/**
 * The `packer` on PATH; where there is none, the distribution's package is installed with apt-get.
 * @throws Error that says why it could not be had, and what to do
 */
export async function systemPacker({env, run, progress, isRoot}: SetUp): Promise<Packer> {
  const present = await findOnPath(env)
  if (present !== undefined) return inspectPacker(present, await sourceOf(present, run), {env, run})

  const asRoot = await rootCommand(run, isRoot)
  const aptGet = async (...args: string[]) => {
    const [command = 'apt-get', ...rest] = [...asRoot, 'apt-get', ...args]
    await run(command, rest, {env: {DEBIAN_FRONTEND: 'noninteractive'}, onLine: (line) => progress(`  ${line}`)})
  }
  progress('No packer on PATH: installing the distribution’s package (about 110 MB to unpack)')
  progress('$ apt-get update')
  await aptGet('update')
  progress('$ apt-get install --no-install-recommends packer')
  await aptGet('install', '--yes', '--no-install-recommends', 'packer')
  const installed = await findOnPath(env)
  if (installed === undefined) throw new Error("apt-get installed 'packer', but there is no packer on PATH")
  return inspectPacker(installed, await sourceOf(installed, run), {env, run})
}

async function sourceOf(executable: string, run: Run): Promise<string> {
  const isPackaged = await run('dpkg-query', ['--search', executable]).then(
    (owner) => owner.startsWith('packer:'),
    () => false
  )
  return isPackaged ? `the distribution's package (${executable})` : `found on PATH (${executable})`
}

/** What to put before apt-get. */
async function rootCommand(run: Run, isRoot: boolean): Promise<string[]> {
  try {
    await run('apt-get', ['--version'])
  } catch {
    throw new Error('there is no packer on PATH, and no apt-get to install one with')
  }
  if (isRoot) return []
  try {
    await run('sudo', ['-n', 'true'])
  } catch {
    throw new Error('there is no packer on PATH, and installing it takes root or sudo without a password')
  }
  return ['sudo', '-n']
}
