import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import ipaddr from 'ipaddr.js'
import {messageOf, UserError} from '../lib/errors.ts'
import type {Vpc} from './subnets.ts'

/** Finds out the address from which this machine sends to another one. */
export type SourceAddress = (destination: string) => Promise<string>

/** Asks the kernel's routes; nothing is sent (a datagram socket's `connect` only chooses addresses). */
export const sourceAddress: SourceAddress = async (destination) => {
  const socket = createSocket('udp4')
  try {
    socket.connect(9, destination)
    await once(socket, 'connect')
    return socket.address().address
  } finally {
    socket.close()
  }
}

/**
 * The private address of this runner inside the VPC, as /32 ranges: the one that it sends from to the VPC's own router, which
 * is also what the machines see as long as no address is translated inside the VPC.
 *
 * @throws {UserError} when this runner is not in the VPC: the address that the machines would see cannot be known then
 */
export async function ownPrivateCidrs(vpc: Vpc, source: SourceAddress = sourceAddress): Promise<string[]> {
  const seen = await Promise.allSettled(vpc.cidrs.map((cidr) => source(routerOf(cidr))))
  const addresses = seen.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const inside = addresses.filter((address) => vpc.cidrs.some((cidr) => contains(cidr, address)))
  if (inside.length > 0) return [...new Set(inside)].map((address) => `${address}/32`)
  const failures = seen.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []))
  throw new UserError(
    `This runner has no address in ${vpc.id} (${vpc.cidrs.join(', ')}): it sends from ${[...new Set(addresses)].join(', ') || failures.join(', ')}. ` +
      "With connect-via: private-ip, 'auto' stands for the runner's own address inside the VPC. Run the job on a machine of the " +
      "VPC; or set 'allowed-cidrs' to the addresses from which the machines see this runner connect, if it comes from a peered network, " +
      'over a VPN, or out of a container whose host translates its address.'
  )
}

/** The first address of each range is the VPC's router (VPC user guide, subnet sizing), which is not a machine. */
function routerOf(cidr: string): string {
  const [first = 0, second = 0, third = 0, fourth = 0] = ipaddr.IPv4.networkAddressFromCIDR(cidr).octets
  return [first, second, third, fourth + 1].join('.')
}

/** Whether an IPv4 range has an address. */
export function contains(cidr: string, address: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr))
}
