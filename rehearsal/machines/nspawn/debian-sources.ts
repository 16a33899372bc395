export const suite = 'trixie'

/** Debian's own address, for hosts whose apt knows no mirror of Debian (debian.org/mirror/list). */
const official = 'http://deb.debian.org'
/** Of the package debian-archive-keyring: the apt of another distribution does not trust Debian by itself. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * Debian 13 from the mirrors that a Debian host's apt uses; on another distribution from Debian itself.
 *
 * @param targets Lines of origin, label and site (apt-get indextargets)
 * @returns Lines of a sources.list
 */
export function debianSources(targets: string): string[] {
  const lines = targets.split('\n').map((line) => line.split(' '))
  const siteOf = (label: string) =>
    // A list of mirrors in a file of the host (mirror+file:) is nothing that a machine could read.
    lines.find(([origin, own, site = '']) => origin === 'Debian' && own === label && /^https?:/.test(site))?.[2]
  const archive = siteOf('Debian')
  if (archive !== undefined) return sourcesFrom(archive, siteOf('Debian-Security'))
  return sourcesFrom(`[signed-by=${keyring}] ${official}/debian`, `[signed-by=${keyring}] ${official}/debian-security`)
}

function sourcesFrom(archive: string, security: string | undefined): string[] {
  return [
    `deb ${archive} ${suite} main`,
    `deb ${archive} ${suite}-updates main`,
    ...(security === undefined ? [] : [`deb ${security} ${suite}-security main`])
  ]
}
