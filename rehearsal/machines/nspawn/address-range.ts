import {randomInt} from 'node:crypto'
import ipaddr from 'ipaddr.js'

const attempts = 200

/**
 * The first three numbers of a private /24 that none of the host's routes and addresses touches (`10.93.4`). It is chosen at random,
 * so that two rehearsals that start together choose different ones.
 *
 * @param taken Networks such as 10.0.0.0/8; a default route is none
 * @throws Error where none was found
 */
export function freeRange(taken: readonly string[], random: (below: number) => number = randomInt): string {
  const networks = taken.map((cidr) => ipaddr.IPv4.parseCIDR(cidr))
  for (let attempt = 0; attempt < attempts; attempt++) {
    const range = `10.${random(256)}.${random(256)}`
    const own = ipaddr.IPv4.parse(`${range}.0`)
    const overlaps = networks.some(
      ([network, bits]) => own.match(network, Math.min(bits, 24)) || network.match(own, Math.min(bits, 24))
    )
    if (!overlaps) return range
  }
  throw new Error(
    `No private address range (10.x.y.0/24) is free for the machines' network: ${taken.length} routes of this host are in the way.`
  )
}

/** The networks in the answer of `ip -json -4 route show table all`. */
export function routedNetworks(answer: string): string[] {
  const routes = JSON.parse(answer) as {readonly dst?: string}[]
  return routes.flatMap(({dst}) => {
    if (dst === undefined || dst === 'default') return []
    return ipaddr.IPv4.isValidCIDR(dst) ? [dst] : ipaddr.IPv4.isValid(dst) ? [`${dst}/32`] : []
  })
}
