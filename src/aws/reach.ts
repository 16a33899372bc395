export type ConnectVia = 'public-ip' | 'private-ip' | 'session-manager'

/** Where a bake's machines are, and how they are reached. */
export interface Reach {
  readonly via: ConnectVia
  /** Who may reach them, as IPv4 ranges. Empty: nobody, and no port is opened. */
  readonly cidrs: readonly string[]
  /** Tried in turn. Empty: EC2 takes one of the default VPC. */
  readonly subnetIds: readonly string[]
  /** The subnets' VPC; absent: the default one. */
  readonly vpcId?: string
  /** This runner seems to connect from addresses that are not let in. */
  readonly doubtful: boolean
}

/** Who may reach the machines, in words. */
export function letIn({via, cidrs}: Pick<Reach, 'via' | 'cidrs'>): string {
  return via === 'session-manager' ? 'nobody (session-manager opens no port)' : cidrs.join(', ')
}
