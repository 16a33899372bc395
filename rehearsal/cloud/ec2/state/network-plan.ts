import {createHash} from 'node:crypto'
import ipaddr from 'ipaddr.js'
import {newId} from './resources.ts'

export interface SubnetRecord {
  readonly id: string
  readonly zone: string
  readonly zoneId: string
  readonly cidr: string
}

/** The account's default network: one VPC with a subnet in each of three zones. */
export interface Network {
  readonly vpcId: string
  readonly vpcCidr: string
  readonly defaultGroupId: string
  readonly subnets: ReadonlyMap<string, SubnetRecord>
}

/**
 * The ids are made from the region's name, so that a run's inputs can name a subnet before its cloud exists.
 *
 * @param range of the VPC; the default is that of AWS's default VPCs. Its subnets share it, whichever addresses machines really get
 */
export function planNetwork(region: string, range = '172.31.0.0/16'): Network {
  const letters = ['a', 'b', 'c']
  const parts = quarters(range)
  const subnets = letters.map((letter, index) => ({
    id: subnetIdIn(region + letter),
    zone: region + letter,
    zoneId: `${shortName(region)}-az${index + 1}`,
    cidr: parts[index] ?? ''
  }))
  return {
    vpcId: `vpc-${digitsOf(region)}`,
    vpcCidr: range,
    defaultGroupId: newId('security-group'),
    subnets: new Map(subnets.map((subnet) => [subnet.id, subnet]))
  }
}

/** The id of the subnet in a zone such as us-east-1a. */
export function subnetIdIn(zone: string): string {
  return `subnet-${digitsOf(zone)}`
}

const digitsOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 17)

/** The four equal parts of an IPv4 range. */
function quarters(range: string): string[] {
  const [network, bits] = ipaddr.IPv4.parseCIDR(range)
  const first = Buffer.from(network.toByteArray()).readUInt32BE()
  return [0, 1, 2, 3].map((index) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(first + index * 2 ** (30 - bits))
    return `${[...bytes].join('.')}/${bits + 2}`
  })
}

/** AWS's zone ids begin with the region's short form: `use1` for us-east-1, `apne1` for ap-northeast-1. */
function shortName(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-')
  const points = /north|south|east|west|central/gu
  return area + (direction.match(points) ?? []).map((point) => point.charAt(0)).join('') + number
}
