export const suite = 'trixie'

/**
 * Debian 13 from the mirrors that a Debian host's apt uses.
 *
 * @param targets Lines of origin, label and site (apt-get indextargets)
 * @returns Lines of a sources.list; none on another distribution, where mmdebstrap takes Debian's own mirrors by itself and
 *   trusts them by the keys of the package debian-archive-keyring (mmdebstrap(1), MIRROR and signed-by)
 */
export function debianSources(targets: string): string[] {
  const lines = targets.split('\n').map((line) => line.split(' '))
  const siteOf = (label: string) =>
    // A list of mirrors in a file of the host (mirror+file:) is nothing that a machine could read.
    lines.find(([origin, own, site = '']) => origin === 'Debian' && own === label && /^https?:/.test(site))?.[2]
  const archive = siteOf('Debian')
  if (archive === undefined) return []
  const security = siteOf('Debian-Security')
  return [
    `deb ${archive} ${suite} main`,
    `deb ${archive} ${suite}-updates main`,
    ...(security === undefined ? [] : [`deb ${security} ${suite}-security main`])
  ]
}
