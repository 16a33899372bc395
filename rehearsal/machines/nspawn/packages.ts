import {run as runProgram, type Progress, type Run} from '../../packers/run.ts'
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

/** The packages that are not installed. */
export async function missingPackages(host: Host): Promise<string[]> {
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

/** @throws Error with apt-get's last lines */
export async function installPackages(host: Host, progress: Progress, run: Run = runProgram): Promise<void> {
  const missing = await missingPackages(host)
  if (missing.length === 0) return
  const aptGet = async (...args: string[]) => {
    const [command = 'apt-get', ...rest] = [...host.prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
    await run(command, rest, {env: host.env, onLine: (line) => progress(`  ${line}`)})
  }
  progress(`Installing ${missing.join(', ')} with apt-get: real machines need them`)
  await aptGet('update')
  await aptGet('install', '--yes', '--no-install-recommends', ...missing)
}
