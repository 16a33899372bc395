import {readdir} from 'node:fs/promises'
import type {Progress} from '../../host/run.ts'
import type {Host} from './host.ts'

/** What the driver needs of the host's distribution (names of Debian and Ubuntu). */
export const neededPackages = [
  'debian-archive-keyring',
  'eatmydata',
  'iproute2',
  'mmdebstrap',
  'nftables',
  'systemd-container'
] as const

/** Seconds. A machine that has just started may be updating itself. */
const lockPatience = 300

/** The packages that are not installed. */
async function missingPackages(host: Host): Promise<string[]> {
  // dpkg-query fails for a package that dpkg has never heard of, and answers for the others all the same.
  const present = await Promise.all(
    neededPackages.map((name) =>
      host.run('dpkg-query', ['--show', '--showformat=${db:Status-Status}', name]).then(
        (status) => status === 'installed',
        () => false
      )
    )
  )
  return neededPackages.filter((_, i) => present[i] === false)
}

/** The missing packages that apt-get cannot have. Where it has no lists of packages, as in a container image, it may yet learn. */
export async function unknownPackages(host: Host, lists = '/var/lib/apt/lists'): Promise<string[]> {
  const missing = await missingPackages(host)
  const hasLists = (await readdir(lists).catch(() => [])).some((name) => name.includes('_Packages'))
  if (!hasLists) return []
  const known = await Promise.all(
    missing.map((name) =>
      host.run('apt-cache', ['show', '--quiet', name]).then(
        () => true,
        () => false
      )
    )
  )
  return missing.filter((_, i) => known[i] === false)
}

/** @throws Error with apt-get's last lines */
export async function installPackages(host: Host, progress: Progress): Promise<void> {
  const missing = await missingPackages(host)
  if (missing.length === 0) return
  const aptGet = (...args: string[]) =>
    host.watch('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args], (line) => progress(`  ${line}`))
  progress(`Installing ${missing.join(', ')} with apt-get: real machines need them`)
  const locks = `DPkg::Lock::Timeout=${lockPatience}`
  // One of many sources may be broken, or another apt-get may be updating: whether it matters shows at the installation.
  await aptGet('-o', locks, 'update').catch(() => progress('  apt-get update failed; trying with what is known'))
  await aptGet('-o', locks, 'install', '--yes', '--no-install-recommends', ...missing)
}
