import type {
  BlockDeviceMapping,
  IamInstanceProfile,
  CreateFleetError,
  CreateFleetInstance,
  InstanceMetadataOptionsResponse,
  InstanceStateName,
  RequestLaunchTemplateData,
  ShutdownBehavior,
  StateReason,
  VolumeType,
  _InstanceType
} from '@aws-sdk/client-ec2'
import type {DiskContent, Machine, MachineDriver} from '../../../machines/driver.ts'
import type {Canary, Shortages} from '../../cloud.ts'
import type {Call} from '../../calls.ts'
import type {IamStore} from '../../iam/store.ts'
import type {Network} from './network-plan.ts'
import type {ResourceType} from './resources.ts'

export type Tags = ReadonlyMap<string, string>

/** A state that something is on its way to. */
export interface Change<S> {
  readonly to: S
  /** Milliseconds since 1970. */
  readonly notBefore: number
  /** What the state stands for has happened: the machine really is off, the disk has been copied. */
  happened: boolean
}

export interface InstanceRecord {
  readonly id: string
  readonly reservationId: string
  readonly launchIndex: number
  readonly imageId: string
  readonly architecture: 'x86_64' | 'arm64'
  readonly rootDeviceName: string
  readonly platform?: ImageRecord['platform']
  readonly launchTime: Date
  readonly keyName?: string
  readonly clientToken?: string
  readonly subnetId: string
  readonly interfaceId: string
  readonly hasPublicAddress: boolean
  readonly profile?: IamInstanceProfile
  readonly metadata: InstanceMetadataOptionsResponse
  readonly launchedBy: Call['by']
  /** The request that a spot instance was launched for. */
  readonly spotRequestId?: string
  type: _InstanceType
  groupIds: string[]
  /** Base64, as it was given. */
  userData?: string
  /** Of Windows with a key pair: the first password of its login user, as GetPasswordData hands it out. */
  readonly passwordData?: string
  /** Of a burstable type. */
  readonly cpuCredits?: 'standard' | 'unlimited'
  shutdownBehavior: ShutdownBehavior
  protectedFromTermination: boolean
  protectedFromStop: boolean
  state: InstanceStateName
  change?: Change<InstanceStateName>
  stateReason?: StateReason
  transitionReason: string
  machine?: Machine
  /** Everything that is done to the machine, one after the other. */
  work: Promise<void>
  /** The machine is going down and up again on purpose. */
  rebooting: boolean
  /** What AWS would show without `Latest`: the console as it was at the last change of state. */
  postedConsole: string
}

export interface VolumeRecord {
  readonly id: string
  readonly size: number
  readonly type: VolumeType
  readonly zone: string
  readonly encrypted: boolean
  readonly kmsKeyId?: string
  readonly iops?: number
  readonly throughput?: number
  readonly snapshotId?: string
  readonly createTime: Date
  /** What is on it, where it is a root volume and no machine uses it any more. */
  content?: DiskContent
  attachment?: {
    readonly instanceId: string
    readonly device: string
    readonly attachTime: Date
    deleteOnTermination: boolean
  }
}

export interface SnapshotRecord {
  readonly id: string
  readonly volumeId: string
  readonly size: number
  readonly description: string
  readonly encrypted: boolean
  readonly kmsKeyId?: string
  readonly startTime: Date
  readonly ownerId: string
  state: 'pending' | 'completed' | 'error'
  change?: Change<'completed' | 'error'>
  content?: DiskContent
  /** Accounts that may make volumes of it; `all` for everybody. */
  sharedWith?: ReadonlySet<string>
  /** The `hidden-snapshot` canary's: not described and not deleted. Its image still names it, and it can be tagged. */
  hidden: boolean
}

export interface ImageRecord {
  readonly id: string
  readonly name: string
  readonly ownerId: string
  readonly creationDate: Date
  readonly architecture: 'x86_64' | 'arm64'
  readonly rootDeviceName: string
  readonly mappings: readonly BlockDeviceMapping[]
  /** The login user that its first boot sets up. */
  readonly username: string
  readonly isPublic: boolean
  readonly sourceInstanceId?: string
  /** `amazon` for images of Amazon's and of verified publishers (EC2 API reference, DescribeImages, Owners). */
  readonly ownerAlias?: 'amazon'
  readonly platform?: 'Windows'
  readonly sourceImageId?: string
  readonly sourceImageRegion?: string
  description?: string
  imdsSupport?: 'v2.0'
  deprecationTime?: Date
  /** Against deregistration. One with cooldown that was disabled lasts until `endsAt`. */
  protection?: {readonly cooldown: boolean; endsAt?: Date}
  readonly launchUsers: Set<string>
  /** ARNs. */
  readonly launchOrganizations: Set<string>
  /** ARNs of organizational units. */
  readonly launchUnits: Set<string>
  launchableByAll: boolean
  state: 'pending' | 'available' | 'failed' | 'disabled'
  /** When a machine was last launched from it. */
  lastLaunched?: Date
  change?: Change<'available' | 'failed'>
  stateReason?: StateReason
  content?: DiskContent
}

export interface KeyPairRecord {
  readonly id: string
  readonly name: string
  readonly type: 'rsa' | 'ed25519'
  readonly fingerprint: string
  /** OpenSSH's one-line form. */
  readonly publicKey: string
  readonly createTime: Date
}

export interface RuleRecord {
  readonly id: string
  readonly groupId: string
  readonly egress: boolean
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly cidrIpv4?: string
  readonly cidrIpv6?: string
  readonly sourceGroupId?: string
  readonly description?: string
}

export interface GroupRecord {
  readonly id: string
  readonly name: string
  readonly description: string
}

export interface InterfaceRecord {
  readonly id: string
  readonly attachmentId: string
  readonly instanceId: string
  readonly macAddress: string
  readonly attachTime: Date
}

/** A launch template with its only version: this cloud makes no further ones. */
export interface LaunchTemplateRecord {
  readonly id: string
  readonly name: string
  readonly createTime: Date
  /** The ARN of who made it. */
  readonly createdBy: string
  /** In the order of their numbers, which begin with 1. */
  readonly versions: LaunchTemplateVersionRecord[]
  defaultVersion: number
}

export interface LaunchTemplateVersionRecord {
  readonly number: number
  readonly createTime: Date
  /** The ARN of who made it. */
  readonly createdBy: string
  readonly description?: string
  readonly data: RequestLaunchTemplateData
}

/** A one-time request. Its state follows from its instance's, unless it was cancelled. */
export interface SpotRequestRecord {
  readonly id: string
  readonly instanceId: string
  readonly createTime: Date
  /** Dollars an hour, as the launch said. */
  readonly maxPrice?: string
  cancelled: boolean
}

/** An instant fleet: it launches once, at its creation. */
export interface FleetRecord {
  readonly id: string
  readonly createTime: Date
  readonly clientToken?: string
  readonly capacity: number
  readonly errors: readonly CreateFleetError[]
  readonly instances: readonly CreateFleetInstance[]
}

/** What a client token stands for: the call made again with the same parameters makes nothing new. */
interface IdempotentCall {
  readonly parameters: string
  readonly ids: readonly string[]
}

/** What is the same in every region. */
export interface EveryRegion {
  readonly accountId: string
  readonly driver: MachineDriver
  readonly iam: IamStore
  readonly now: () => Date
  readonly log: (text: string) => void
  readonly stateDelayMs: number
  readonly shortages: Shortages
  readonly canary: {readonly kind: Canary; /** The one thing that it has chosen. */ victim?: string} | undefined
}

/** The account's EC2 in all regions. */
export interface Regions {
  readonly names: readonly string[]
  /** @returns undefined for a region that the account does not have */
  at(name: string): Ec2Cloud | undefined
  /** Lets everything arrive at the state that it was on its way to, where its time has come. Done before each call. */
  settle(): Promise<void>
}

/** Everything that EC2 keeps in a region. */
export interface Ec2Cloud extends EveryRegion {
  readonly region: string
  /** This one is among them. */
  readonly regions: Regions
  readonly network: Network
  readonly instances: Map<string, InstanceRecord>
  readonly volumes: Map<string, VolumeRecord>
  readonly snapshots: Map<string, SnapshotRecord>
  readonly images: Map<string, ImageRecord>
  readonly deregistered: Set<string>
  readonly keyPairs: Map<string, KeyPairRecord>
  readonly groups: Map<string, GroupRecord>
  readonly rules: Map<string, RuleRecord>
  readonly interfaces: Map<string, InterfaceRecord>
  readonly launchTemplates: Map<string, LaunchTemplateRecord>
  readonly fleets: Map<string, FleetRecord>
  readonly spotRequests: Map<string, SpotRequestRecord>
  readonly tags: Map<string, Tags>
  readonly idempotentCalls: Map<string, IdempotentCall>
  things(type: ResourceType): ReadonlyMap<string, object>
}
