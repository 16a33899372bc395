import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {messageOf} from '../../../src/lib/errors.ts'
import type {Host} from './host.ts'

export const suite = 'noble'

/** Names another mirror of Ubuntu for the base system, such as `http://de.archive.ubuntu.com/ubuntu`. */
export const mirrorVariable = 'REHEARSAL_UBUNTU_MIRROR'

/** Ubuntu's own, which a fresh system has in its sources (ubuntu.com/server/docs, "Package management"). */
const defaultMirror = 'http://archive.ubuntu.com/ubuntu'

/** Where an Ubuntu host, and a Debian host with the package of the same name, has the archive's keys. */
const keyringFile = '/usr/share/keyrings/ubuntu-archive-keyring.gpg'

/** The package with the archive's keys as Ubuntu 24.04 was released with it; such a package never changes. */
const keyringPackage = {
  path: 'pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb',
  sha256: '36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8'
}

/** Milliseconds. */
const patience = 10_000

/**
 * The mirror that Ubuntu's packages come from: the one of the environment, or of an Ubuntu host's own apt, or Ubuntu's.
 *
 * @param targets Lines of origin, label and site (apt-get indextargets)
 * @throws Error with one sentence where it cannot be reached
 */
export async function ubuntuMirror(targets: string, env: NodeJS.ProcessEnv): Promise<string> {
  // A list of mirrors in a file of the host (mirror+file:) is nothing that a machine could read.
  const [, own] = /^Ubuntu Ubuntu (https?:\S+)$/m.exec(targets) ?? []
  const mirror = (env[mirrorVariable] || own || defaultMirror).replace(/\/+$/, '')
  const index = `${mirror}/dists/${suite}/InRelease`
  const why = await fetch(index, {method: 'HEAD', signal: AbortSignal.timeout(patience)}).then(
    ({ok, status}) => (ok ? undefined : `it answers ${status}`),
    (error: Error) => messageOf(error.cause ?? error)
  )
  if (why === undefined) return mirror
  throw new Error(
    `The base system Ubuntu 24.04 cannot be had here, because its packages cannot be reached at ${index}: ${why}; ` +
      `${mirrorVariable} names another mirror.`
  )
}

/** @returns Lines of a sources.list; what apt trusts is the package ubuntu-keyring's to say */
export function ubuntuSources(mirror: string): string[] {
  return [suite, `${suite}-updates`, `${suite}-security`].map((pocket) => `deb ${mirror} ${pocket} main universe`)
}

export interface KeyringOptions {
  readonly host: Host
  /** The run's own folder. */
  readonly scratch: string
  /** Where the host has the keys, if it has them. */
  readonly hostKeyring?: string
}

/**
 * The file with the keys that sign Ubuntu's archive: the host's, or the one in the archive's own package, whose checksum is known.
 *
 * @throws Error where the package cannot be had or is another one
 */
export async function ubuntuKeyring(
  mirror: string,
  {host, scratch, hostKeyring = keyringFile}: KeyringOptions
): Promise<string> {
  if (existsSync(hostKeyring)) return hostKeyring
  const url = `${mirror}/${keyringPackage.path}`
  const response = await fetch(url, {signal: AbortSignal.timeout(patience)})
  if (!response.ok) throw new Error(`The keys of Ubuntu's archive cannot be had: ${url} answers ${response.status}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (sum !== keyringPackage.sha256) {
    throw new Error(
      `The keys of Ubuntu's archive cannot be trusted: ${url} has the SHA-256 ${sum}, and not ${keyringPackage.sha256}`
    )
  }
  const file = join(scratch, 'ubuntu-keyring.deb')
  const folder = join(scratch, 'ubuntu-keyring')
  await writeFile(file, bytes)
  await host.run('dpkg-deb', ['--extract', file, folder])
  return join(folder, keyringFile)
}
