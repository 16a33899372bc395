import type {InstanceMetadataOptionsResponse, RunInstancesRequest} from '@aws-sdk/client-ec2'
import type {InstanceProfileRecord} from '../../iam/store.ts'
import type {SubnetRecord} from '../state/network-plan.ts'
import type {ImageRecord, InstanceRecord, KeyPairRecord, Tags, VolumeRecord} from '../state/store.ts'
import type {Touched} from '../state/touched.ts'

/** The parameters of a launch that this cloud looks at. A launch template has them too. */
export type LaunchInput = Pick<
  RunInstancesRequest,
  | 'BlockDeviceMappings'
  | 'ClientToken'
  | 'CreditSpecification'
  | 'DisableApiStop'
  | 'DisableApiTermination'
  | 'IamInstanceProfile'
  | 'ImageId'
  | 'InstanceInitiatedShutdownBehavior'
  | 'InstanceMarketOptions'
  | 'InstanceType'
  | 'KeyName'
  | 'MaxCount'
  | 'MetadataOptions'
  | 'MinCount'
  | 'NetworkInterfaces'
  | 'Placement'
  | 'SecurityGroupIds'
  | 'SecurityGroups'
  | 'SubnetId'
  | 'TagSpecifications'
  | 'UserData'
>

/** A launch whose every parameter has been looked at. */
export interface LaunchPlan {
  readonly count: number
  readonly image: ImageRecord
  readonly type: InstanceRecord['type']
  readonly keyPair?: KeyPairRecord
  readonly groupIds: readonly string[]
  readonly subnet: SubnetRecord
  readonly volumes: readonly PlannedVolume[]
  readonly metadata: InstanceMetadataOptionsResponse
  readonly userData?: string
  readonly associatesPublicAddress: boolean
  readonly profile?: InstanceProfileRecord
  /** Present for a spot instance. */
  readonly spot?: SpotPlan
  /** Of a burstable type. */
  readonly cpuCredits?: 'standard' | 'unlimited'
}

/** What a launch asks of the spot market. */
export interface SpotPlan {
  /** Dollars an hour; without it up to the price on demand. */
  readonly maxPrice?: string
}

/** A volume that a launch makes. */
export type PlannedVolume = Pick<
  VolumeRecord,
  'size' | 'type' | 'encrypted' | 'kmsKeyId' | 'iops' | 'throughput' | 'snapshotId'
> & {
  readonly device: string
  readonly deleteOnTermination: boolean
}

export type LaunchTagsOf = (type: 'instance' | 'volume' | 'network-interface' | 'spot-instances-request') => Tags

/** A launch that was looked at, and not yet permitted or carried out. */
export interface Launch {
  readonly input: LaunchInput
  readonly plan: LaunchPlan
  readonly tagsOf: LaunchTagsOf
  /** All that it uses and makes, for its authorization. */
  readonly touched: readonly Touched[]
  readonly systemTags: Tags
  /** The role of the instance profile that the instances get. */
  readonly passedRole: string | undefined
}
