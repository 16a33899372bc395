import type {InstanceMetadataOptionsResponse, RunInstancesRequest} from '@aws-sdk/client-ec2'
import {AwsError, invalidCombination, missingParameter, notOffered} from '../protocol/errors.ts'
import {planVolumes, type PlannedVolume} from './block-devices.ts'
import {findUsableImage} from './images.ts'
import {findInstanceType} from './instance-types.ts'
import {keyPairNamed} from './key-pairs.ts'
import type {SubnetRecord} from './network-plan.ts'
import {find, findAll} from './resources.ts'
import {groupsByName} from './security-groups.ts'
import type {Ec2Cloud, ImageRecord, InstanceRecord, KeyPairRecord} from './store.ts'

/** User data may be 16 KiB before it is encoded. */
const longestUserData = 16_384

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
}

/** @throws AwsError for whatever a launch may not be given */
export function planLaunch(cloud: Ec2Cloud, input: RunInstancesRequest): LaunchPlan {
  if (input.LaunchTemplate) throw notOffered('launch templates')
  if (input.InstanceMarketOptions) throw notOffered('spot instances')
  if (input.ImageId === undefined) throw missingParameter('ImageId')
  const image = findUsableImage(cloud, input.ImageId)
  const network = readNetwork(cloud, input)
  return {
    count: readCount(input),
    image,
    type: readType(input, image),
    ...(input.KeyName === undefined ? {} : {keyPair: keyPairNamed(cloud, input.KeyName)}),
    ...network,
    volumes: planVolumes(cloud, image, input.BlockDeviceMappings ?? []),
    metadata: readMetadata(input, image),
    ...(input.UserData === undefined ? {} : {userData: checkUserData(input.UserData)})
  }
}

function readCount({MinCount: least = 1, MaxCount: most = 1}: RunInstancesRequest): number {
  const wrong = [least, most].find((count) => !Number.isInteger(count) || count < 1)
  if (wrong !== undefined)
    throw new AwsError('InvalidParameterValue', `Invalid value '${wrong}' for an instance count: at least 1.`)
  if (least > most)
    throw new AwsError('InvalidParameterValue', `The minimum count ${least} is above the maximum count ${most}.`)
  if (most > 20)
    throw new AwsError('InstanceLimitExceeded', 'This local cloud starts no more than 20 machines at a call.')
  return most
}

function readType({InstanceType: asked = 'm1.small'}: RunInstancesRequest, image: ImageRecord): InstanceRecord['type'] {
  const {name, architecture} = findInstanceType(asked)
  if (architecture !== image.architecture) {
    const types = `The architecture '${architecture}' of the specified instance type`
    const message = `${types} does not match the architecture '${image.architecture}' of the specified AMI.`
    throw new AwsError('InvalidParameterValue', message)
  }
  return name
}

/** Groups and subnet are given for the instance, or for its one network interface; not for both. */
function readNetwork(cloud: Ec2Cloud, input: RunInstancesRequest) {
  const [primary, ...others] = input.NetworkInterfaces ?? []
  if (others.length > 0) throw notOffered('more than one network interface for an instance')
  if (primary?.NetworkInterfaceId !== undefined) throw notOffered('launches with an existing network interface')
  const ofInstance = [...(input.SecurityGroupIds ?? []), ...(input.SecurityGroups ?? [])]
  if (primary && (ofInstance.length > 0 || input.SubnetId !== undefined)) {
    const both = 'Network interfaces and an instance-level security groups or subnet ID'
    throw invalidCombination(`${both} may not be specified on the same request`)
  }
  const subnetId = input.SubnetId ?? primary?.SubnetId
  const groups = [
    ...findAll('security-group', cloud.groups, input.SecurityGroupIds ?? primary?.Groups ?? []),
    ...groupsByName(cloud, input.SecurityGroups ?? [])
  ].map(({id}) => id)
  return {
    subnet: readSubnet(cloud, subnetId, input.Placement?.AvailabilityZone),
    groupIds: groups.length > 0 ? groups : [cloud.network.defaultGroupId],
    associatesPublicAddress: primary?.AssociatePublicIpAddress ?? true
  }
}

function readSubnet({network}: Ec2Cloud, id: string | undefined, zone: string | undefined): SubnetRecord {
  if (id !== undefined) return find('subnet', network.subnets, id)
  const subnet = [...network.subnets.values()].find((one) => zone === undefined || one.zone === zone)
  if (!subnet) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${zone}]`)
  return subnet
}

/** An image with `ImdsSupport` v2.0 launches with tokens required and a hop limit of 2, unless told otherwise. */
function readMetadata(
  {MetadataOptions: asked}: RunInstancesRequest,
  image: ImageRecord
): InstanceMetadataOptionsResponse {
  const v2Only = image.imdsSupport === 'v2.0'
  const hops = asked?.HttpPutResponseHopLimit ?? (v2Only ? 2 : 1)
  if (!Number.isInteger(hops) || hops < 1 || hops > 64) {
    throw new AwsError('InvalidParameterValue', `Invalid value '${hops}' for HttpPutResponseHopLimit: 1 to 64.`)
  }
  const tokens = asked?.HttpTokens ?? (v2Only ? 'required' : 'optional')
  if (tokens !== 'required' && tokens !== 'optional') {
    throw new AwsError(
      'InvalidParameterValue',
      `Invalid value '${String(tokens)}' for HttpTokens: required or optional.`
    )
  }
  return {
    State: 'applied',
    HttpTokens: tokens,
    HttpPutResponseHopLimit: hops,
    HttpEndpoint: asked?.HttpEndpoint ?? 'enabled',
    HttpProtocolIpv6: asked?.HttpProtocolIpv6 ?? 'disabled',
    InstanceMetadataTags: asked?.InstanceMetadataTags ?? 'disabled'
  }
}

/** @throws AwsError InvalidParameterValue where it is not base64 or too long */
export function checkUserData(base64: string): string {
  const decoded = Buffer.from(base64, 'base64')
  if (decoded.toString('base64').replaceAll('=', '') !== base64.replaceAll(/[\s=]/gu, '')) {
    throw new AwsError('InvalidParameterValue', 'Invalid BASE64 encoding of user data')
  }
  if (decoded.length > longestUserData) {
    throw new AwsError('InvalidParameterValue', `User data is limited to ${longestUserData} bytes`)
  }
  return base64
}
