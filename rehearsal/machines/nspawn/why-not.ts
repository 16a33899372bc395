import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {messageOf} from '../../../src/lib/errors.ts'
import {cacheFolder} from '../../host/folders.ts'
import {findHierarchies, groupOf} from './cgroups.ts'
import {createHost, type Host} from './host.ts'
import {unknownPackages} from './packages.ts'
import {createRun, type Run} from './runs.ts'

/**
 * Why this host cannot run real machines, in one sentence; undefined where it can. Nothing is installed, and nothing remains of
 * what is tried.
 */
export async function whyNot(cache = cacheFolder(), host: Host = createHost()): Promise<string | undefined> {
  if (process.platform !== 'linux') return `real machines need Linux, and this is ${process.platform}`
  if (process.arch !== 'x64') return `the rehearsal's images are for x86_64, and this host is ${process.arch}`
  if (!(await works(host, 'true'))) return 'real machines need root, or sudo without a password'
  if (!(await works(host, 'apt-get', '--version')))
    return 'real machines are built with apt-get, and this host has none'
  const unknown = await unknownPackages(host)
  if (unknown.length > 0) return `apt-get does not know ${unknown.join(', ')}`
  if (!(await works(host, 'unshare', '--mount', '--net', 'true'))) {
    return 'mount and network namespaces cannot be made here, as in a container without privileges'
  }
  let run: Run
  try {
    run = await createRun(cache)
  } catch (error) {
    return `the cache in ${cache} cannot be written: ${messageOf(error)}`
  }
  try {
    return (await whyNoCgroups(host, run.id)) ?? (await whyNoOverlays(host, run.folder))
  } finally {
    await host.run('rm', ['-rf', run.folder])
  }
}

async function whyNoCgroups(host: Host, runId: string): Promise<string | undefined> {
  const hierarchies = await findHierarchies()
  if (!hierarchies) return 'this host has no cgroup file system of version 2 mounted'
  for (const root of hierarchies.all) {
    const group = join(root, groupOf(runId))
    const made = await works(host, 'mkdir', group)
    const kills = root !== hierarchies.unified || (await works(host, 'test', '-e', join(group, 'cgroup.kill')))
    await works(host, 'rmdir', group)
    if (!made) return `no control group can be made in ${root}`
    if (!kills) return 'the kernel cannot kill control groups (Linux 5.14 can)'
  }
  return undefined
}

async function whyNoOverlays(host: Host, folder: string): Promise<string | undefined> {
  const [lower = '', upper = '', work = ''] = ['lower', 'upper', 'work'].map((name) => join(folder, name))
  await Promise.all([lower, upper, work].map((path) => mkdir(path)))
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work},volatile`
  const mounts = await works(host, 'unshare', '--mount', 'mount', '-t', 'overlay', '-o', options, 'overlay', lower)
  return mounts ? undefined : `the overlay file system cannot be mounted in ${folder}`
}

const works = (host: Host, command: string, ...args: string[]): Promise<boolean> =>
  host.run(command, args).then(
    () => true,
    () => false
  )
