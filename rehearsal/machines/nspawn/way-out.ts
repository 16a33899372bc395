import {lookup} from 'node:dns/promises'
import {connect, type Socket} from 'node:net'
import {pipeline} from 'node:stream'
import ipaddr from 'ipaddr.js'

/** Where machines' connections to lent addresses arrive: HTTP and HTTPS. */
export const portsOut = [80, 443] as const

/**
 * Connects a machine with a host of the outside world, from this process: the machines' network itself leads nowhere. Neither end
 * notices, and nothing has to be configured in the machine that could get into its image.
 */
export async function connectOut(from: Socket, name: string, port: number, log: (line: string) => void): Promise<void> {
  from.on('error', () => {})
  try {
    const {address} = await lookup(name, {family: 4})
    if (!isOutside(address)) throw new Error(`${address} is this host's own`)
    const to = connect({host: address, port})
    pipeline(from, to, from, () => {
      from.destroy()
      to.destroy()
    })
  } catch (error) {
    log(`no way out to ${name}: ${String(error)}`)
    from.destroy()
  }
}

/** A name may lead to anything; what listens on this host for itself, and its cloud's metadata, are not for the machines. */
function isOutside(address: string): boolean {
  return !['loopback', 'linkLocal', 'unspecified', 'broadcast', 'multicast'].includes(ipaddr.parse(address).range())
}
