import ipaddr from 'ipaddr.js'
import type {IngressRule} from '../driver.ts'

/** A machine's place at the bridge. */
export interface Port {
  /** The bridge's interface that leads to the machine. */
  readonly name: string
  readonly address: string
  readonly rules: readonly IngressRule[]
}

/** The bridge's whole table, for `nft -f`: it replaces the one before in one step. */
export function rulesetOf(ports: readonly Port[]): string {
  const jumps = ports.map(({name}) => `"${name}" : jump to-${name}`).join(', ')
  return `table bridge machines {
}
delete table bridge machines
table bridge machines {
${ports.map(chainTo).join('')}
  chain forward {
    type filter hook forward priority 0; policy drop;
    ether type arp accept
    ether type ip6 drop
${jumps === '' ? '' : `    oifname vmap { ${jumps} }\n`}    oifname "host" accept
  }

  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
${ports.map(ownAddressOnly).join('')}  }
}
`
}

/**
 * What may reach a machine. Security groups know connections; here it is enough to let no connection begin: without its first
 * packet there is no other. Whatever is not let in is dropped without an answer, as on EC2.
 */
function chainTo({name, rules}: Port): string {
  return `
  chain to-${name} {
${rules.flatMap(accepting).join('')}    tcp flags & (syn | ack) == syn drop
    icmp type echo-request drop
    meta l4proto { tcp, icmp } accept
    drop
  }
`
}

function accepting({protocol, fromPort, toPort, cidrs}: IngressRule): string[] {
  const sources = cidrs.filter((cidr) => ipaddr.IPv4.isValidCIDR(cidr))
  const matched = matching(protocol, fromPort, toPort)
  return matched === undefined ? [] : sources.map((cidr) => `    ip saddr ${cidr} ${matched}accept\n`)
}

/** The text goes into nft's input, so that nothing of a rule is taken over as it came. */
function matching(protocol: string, fromPort: number, toPort: number): string | undefined {
  if (protocol === '-1') return ''
  if (protocol === 'tcp' || protocol === 'udp') return `${protocol} dport ${fromPort}-${toPort} `
  if (protocol === 'icmp') return 'meta l4proto icmp '
  return /^\d{1,3}$/.test(protocol) && Number(protocol) < 256 ? `meta l4proto ${Number(protocol)} ` : undefined
}

/** The metadata service and the groups' rules know machines by their addresses, so that nobody may use another's. */
function ownAddressOnly({name, address}: Port): string {
  return `    iifname "${name}" ip saddr != ${address} drop
    iifname "${name}" arp saddr ip != ${address} drop
`
}
