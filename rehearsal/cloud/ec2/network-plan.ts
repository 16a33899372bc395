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

export function planNetwork(region: string): Network {
  const subnets = ['a', 'b', 'c'].map((letter, index) => ({
    id: newId('subnet'),
    zone: region + letter,
    zoneId: `${shortName(region)}-az${index + 1}`,
    cidr: `172.31.${index * 16}.0/20`
  }))
  return {
    vpcId: newId('vpc'),
    vpcCidr: '172.31.0.0/16',
    defaultGroupId: newId('security-group'),
    subnets: new Map(subnets.map((subnet) => [subnet.id, subnet]))
  }
}

/** AWS's zone ids begin with the region's short form: `use1` for us-east-1, `apne1` for ap-northeast-1. */
function shortName(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-')
  const points = /north|south|east|west|central/gu
  return area + (direction.match(points) ?? []).map((point) => point.charAt(0)).join('') + number
}
