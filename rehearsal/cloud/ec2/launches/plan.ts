import type {InstanceMetadataOptionsResponse, Placement} from '@aws-sdk/client-ec2'
import type {InstanceProfileRecord} from '../../iam/store.ts'
import {AwsError, invalidCombination, invalidValue, missingParameter, notOffered} from '../../protocol/errors.ts'
import {findUsableImage} from '../state/images.ts'
import {findInstanceType, isBurstable, isInFreePlan} from '../state/instance-types.ts'
import {keyPairNamed} from '../state/key-pairs.ts'
import type {SubnetRecord} from '../state/network-plan.ts'
import {find, findAll} from '../state/resources.ts'
import {groupsByName} from '../state/security-groups.ts'
import {hasCapacity, isOffered, noDefaultVpc, notSupported} from '../state/shortages.ts'
import type {Ec2Cloud, ImageRecord, InstanceRecord, KeyPairRecord} from '../state/store.ts'
import {planVolumes} from './block-devices.ts'
import type {LaunchInput, LaunchPlan, SpotPlan} from './launch.ts'

/** User data may be 16 KiB before it is encoded. */
const longestUserData = 16_384

/** @throws AwsError for whatever a launch may not be given */
export function planLaunch(cloud: Ec2Cloud, input: LaunchInput): LaunchPlan {
  if (input.ImageId === undefined) throw missingParameter('ImageId')
  const image = findUsableImage(cloud, input.ImageId)
  const type = readType(cloud, input, image)
  const cpuCredits = readCredits(input, type)
  const network = readNetwork(cloud, input, type)
  const profile = readProfile(cloud, input)
  const spot = readMarket(input)
  const keyPair = readKeyPair(cloud, input, image)
  return {
    count: readCount(input),
    image,
    type,
    ...(keyPair ? {keyPair} : {}),
    ...network,
    volumes: planVolumes(cloud, image, input.BlockDeviceMappings ?? []),
    metadata: readMetadata(input, image),
    ...(profile ? {profile} : {}),
    ...(spot ? {spot} : {}),
    ...(cpuCredits ? {cpuCredits} : {}),
    ...(input.UserData !== undefined ? {userData: checkUserData(input.UserData)} : {})
  }
}

/** Windows has its password encrypted for the key pair, which only RSA can do. */
function readKeyPair(cloud: Ec2Cloud, {KeyName: name}: LaunchInput, image: ImageRecord): KeyPairRecord | undefined {
  if (name === undefined) return undefined
  const keyPair = keyPairNamed(cloud, name)
  if (image.platform && keyPair.type === 'ed25519') {
    const message =
      'ED25519 key pairs are not supported with Windows AMIs. Choose a different key pair type and try again.'
    throw new AwsError('Unsupported', message)
  }
  return keyPair
}

function readCount({MinCount: least = 1, MaxCount: most = 1}: LaunchInput): number {
  const wrong = [least, most].find((count) => !Number.isInteger(count) || count < 1)
  if (wrong !== undefined)
    throw new AwsError('InvalidParameterValue', `Invalid value '${wrong}' for an instance count: at least 1.`)
  if (least > most)
    throw new AwsError('InvalidParameterValue', `The minimum count ${least} is above the maximum count ${most}.`)
  if (most > 20)
    throw new AwsError('InstanceLimitExceeded', 'This local cloud starts no more than 20 machines at a call.')
  return most
}

function readType(
  {shortages}: Ec2Cloud,
  {InstanceType: asked = 'm1.small'}: LaunchInput,
  image: ImageRecord
): InstanceRecord['type'] {
  const {name, architecture} = findInstanceType(asked)
  if (shortages.freePlan && !isInFreePlan(name)) {
    const list =
      "For a list of Free Tier instance types, run 'describe-instance-types' with the filter 'free-tier-eligible=true'."
    throw invalidCombination(`The specified instance type is not eligible for Free Tier. ${list}`)
  }
  if (architecture !== image.architecture) {
    const types = `The architecture '${architecture}' of the specified instance type`
    const message = `${types} does not match the architecture '${image.architecture}' of the specified AMI.`
    throw new AwsError('InvalidParameterValue', message)
  }
  return name
}

/** Only burstable types take one; T2 are launched as standard by default and the others as unlimited (EC2 API reference, CreditSpecificationRequest). */
function readCredits({CreditSpecification: asked}: LaunchInput, type: string): LaunchPlan['cpuCredits'] {
  const credits = asked?.CpuCredits
  if (!isBurstable(type)) {
    if (credits === undefined) return undefined
    throw invalidCombination(`The instance type ${type} does not support a credit specification.`)
  }
  if (credits === undefined) return type.startsWith('t2.') ? 'standard' : 'unlimited'
  if (credits !== 'standard' && credits !== 'unlimited') {
    throw new AwsError('InvalidParameterValue', `Invalid value '${credits}' for CpuCredits: standard or unlimited.`)
  }
  return credits
}

/** Groups and subnet are given for the instance, or for its one network interface; not for both. */
function readNetwork(cloud: Ec2Cloud, input: LaunchInput, type: string) {
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
    subnet: subnetId === undefined ? chooseSubnet(cloud, type, input.Placement) : namedSubnet(cloud, type, subnetId),
    groupIds: groups.length > 0 ? groups : [cloud.network.defaultGroupId],
    associatesPublicAddress: primary?.AssociatePublicIpAddress ?? true
  }
}

function namedSubnet({network, shortages}: Ec2Cloud, type: string, id: string): SubnetRecord {
  const subnet = find('subnet', network.subnets, id)
  if (!isOffered(shortages, type, subnet.zone)) throw notSupported(type, subnet.zone)
  return subnet
}

/** EC2 takes a zone that offers the type and has it to give, where the call leaves it the choice. */
function chooseSubnet({network, shortages}: Ec2Cloud, type: string, placement: Placement = {}): SubnetRecord {
  if (shortages.defaultVpc === false) throw noDefaultVpc()
  const zone = placement.AvailabilityZone
  const subnets = [...network.subnets.values()].filter((one) => zone === undefined || one.zone === zone)
  if (subnets.length === 0) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${zone}]`)
  const offering = subnets.filter((one) => isOffered(shortages, type, one.zone))
  const subnet = offering.find((one) => hasCapacity(shortages, type, one.zone)) ?? offering[0]
  if (!subnet) throw notSupported(type, zone)
  return subnet
}

/** Packer sends an empty name where it has none, which counts as no profile. */
function readProfile({iam}: Ec2Cloud, input: LaunchInput): InstanceProfileRecord | undefined {
  const {Arn: arn, Name: name} = input.IamInstanceProfile ?? {}
  if (arn === undefined && name === undefined) return undefined
  const [given, parameter, form] = arn === undefined ? [name ?? '', 'name', 'name'] : [arn, 'arn', 'ARN']
  const refuse = (why: string): AwsError => invalidValue(given, `iamInstanceProfile.${parameter}`, why)
  const profile = [...iam.instanceProfiles.values()].find((one) =>
    arn === undefined ? one.name === name : one.arn === arn
  )
  if (!profile) throw refuse(`Invalid IAM Instance Profile ${form}`)
  if (profile.roleName === undefined) throw refuse('IAM Instance Profile has no associated IAM Roles')
  return profile
}

function readMarket({InstanceMarketOptions: asked}: LaunchInput): SpotPlan | undefined {
  if (asked?.MarketType === undefined) return undefined
  if (asked.MarketType !== 'spot') throw notOffered(`the market '${asked.MarketType}'`)
  const {SpotInstanceType: kind = 'one-time', MaxPrice: maxPrice} = asked.SpotOptions ?? {}
  if (kind !== 'one-time') throw notOffered(`${kind} requests for spot instances`)
  return maxPrice === undefined ? {} : {maxPrice}
}

/** An image with `ImdsSupport` v2.0 launches with tokens required and a hop limit of 2, unless told otherwise. */
function readMetadata({MetadataOptions: asked}: LaunchInput, image: ImageRecord): InstanceMetadataOptionsResponse {
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
