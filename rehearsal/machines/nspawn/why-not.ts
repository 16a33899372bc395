import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {cacheFolder} from '../../packers/folders.ts'
import {findHierarchies} from './cgroups.ts'
import {createHost, type Host} from './host.ts'
import {missingPackages} from './packages.ts'

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
  const hierarchies = await findHierarchies()
  if (!hierarchies) return 'this host has no cgroup file system of version 2 mounted'
  const probe = `bake-jenkins-ami-probe-${process.pid}`
  for (const root of hierarchies.all) {
    const made = await works(host, 'mkdir', join(root, probe))
    const kills = root !== hierarchies.unified || (await works(host, 'test', '-e', join(root, probe, 'cgroup.kill')))
    await works(host, 'rmdir', join(root, probe))
    if (!made) return `no control group can be made in ${root}`
    if (!kills) return 'the kernel cannot kill control groups (Linux 5.14 can)'
  }
  if (!(await works(host, 'unshare', '--mount', '--net', 'true'))) {
    return 'mount and network namespaces cannot be made here, as in a container without privileges'
  }
  if (!(await overlaysWork(host, cache))) return `the overlay file system cannot be mounted in ${cache}`
  const missing = await missingPackages(host)
  for (const name of missing) {
    if (!(await works(host, 'apt-cache', 'show', '--quiet', name))) return `apt-get does not know the package ${name}`
  }
  return undefined
}

async function overlaysWork(host: Host, cache: string): Promise<boolean> {
  await mkdir(cache, {recursive: true})
  const folder = await mkdtemp(join(cache, 'probe-'))
  try {
    const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => join(folder, name))
    await Promise.all([lower, upper, work].map((path) => mkdir(path ?? '')))
    const options = `lowerdir=${lower},upperdir=${upper},workdir=${work},volatile`
    return await works(host, 'unshare', '--mount', 'mount', '-t', 'overlay', '-o', options, 'overlay', lower ?? '')
  } finally {
    await host.run('rm', ['-rf', folder])
    await rm(folder, {recursive: true, force: true})
  }
}

const works = (host: Host, command: string, ...args: string[]): Promise<boolean> =>
  host.run(command, args).then(
    () => true,
    () => false
  )
