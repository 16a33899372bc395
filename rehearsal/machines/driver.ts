import type {Duplex} from 'node:stream'

/** What is on a disk image. Each driver keeps its own kind of content behind it; the cloud only hands it around. */
export interface DiskContent {
  readonly driver: string
}

/** What security groups let in: a protocol's ports from some address ranges. */
export interface IngressRule {
  /** `tcp`, `udp`, `icmp` …, or `-1` for all of them, where ports mean nothing. */
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  /** IPv4 ranges such as 192.0.2.7/32. */
  readonly cidrs: readonly string[]
}

/** What the instance metadata service says of an instance beyond its launch, and on which conditions. */
export interface InstanceMetadata {
  readonly endpoint: 'enabled' | 'disabled'
  /** `required`: IMDSv2 only. */
  readonly tokens: 'optional' | 'required'
  readonly accountId: string
  readonly region: string
  readonly zone: string
  readonly instanceType: string
  readonly reservationId: string
  readonly macAddress: string
  readonly keyName?: string
  readonly securityGroups: readonly string[]
}

/** One launch, as the cloud asks a driver for it. */
export interface LaunchSpec {
  readonly instanceId: string
  readonly imageId: string
  readonly content: DiskContent
  /** The login user whose authorized key the image's first boot installs (Debian's images: `admin`). */
  readonly username: string
  /** The key pair's public half, in OpenSSH's one-line form. */
  readonly publicKey?: string
  /** Of a Windows machine: the first password of its login user. */
  readonly windows?: {readonly password: string}
  /** As given to RunInstances, already base64-decoded. */
  readonly userData?: string
  /** The security groups' answer, asked at each new connection. */
  readonly allows: (port: number, sourceAddress: string) => boolean
  /** The security groups' rules, asked again whenever they may have changed (see `rulesChanged`). */
  readonly ingress: () => readonly IngressRule[]
  readonly metadata: InstanceMetadata
  /** The machine ended by itself (`poweroff`, a crash). */
  readonly onPowerOff: () => void
}

/** A machine that has been started; it may still be booting. */
export interface Machine {
  readonly address: string
  /** Powers off; the disk stays. Resolves when it is off. */
  stop(): Promise<void>
  /** Boots a stopped machine again. Resolves when it is on, not when it answers. */
  start(): Promise<void>
  /** Ends the machine for good and frees its address. Resolves when nothing of it runs any more. */
  terminate(): Promise<void>
  /** The disk as it is now. The machine may be running or stopped. */
  capture(): Promise<DiskContent>
  /**
   * A connection to one of its ports from the machine itself, where security groups have no say; closed again when it cannot be made.
   * Absent where the driver has no way in.
   */
  connectInside?(port: number): Duplex
  /** Everything the machine's console showed so far. */
  console(): string
}

/** The systems that a source image can hold on real machines, as the action's input `source-ami` calls them. */
export const baseNames = ['debian-13', 'ubuntu-24.04'] as const

export type BaseName = (typeof baseNames)[number]

/** For a person. */
export const baseTitles: Readonly<Record<BaseName, string>> = {'debian-13': 'Debian 13', 'ubuntu-24.04': 'Ubuntu 24.04'}

/** Boots machines for the local cloud. */
export interface MachineDriver {
  readonly name: 'light' | 'nspawn'
  /** The content of the source images that the cloud offers. */
  readonly sourceContent: DiskContent
  /** The IPv4 range of its machines' addresses, and so of the account's VPC. */
  readonly range?: string
  /** What that content is; absent where machines run nothing, so that it may be any distribution. */
  readonly base?: BaseName
  /** Milliseconds that the cloud lets a call wait for machines that are being started, stopped or ended; default none. */
  readonly settlingMs?: number
  /** Resolves when the machine has been started. */
  launch(spec: LaunchSpec): Promise<Machine>
  /** Called for each HTTP request that a machine's Jenkins port receives, before it is answered. */
  onProbe?: (instanceId: string) => void | Promise<void>
  /** The security groups' rules, or who is in the groups, may have changed. Resolves when the machines' networks follow. */
  rulesChanged?(): Promise<void>
  /** Ends whatever still runs. */
  close(): Promise<void>
}
