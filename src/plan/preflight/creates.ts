import {
  type EC2Client,
  type Instance,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  RunInstancesCommand
} from '@aws-sdk/client-ec2'
import type {Architecture} from '../../inputs/distributions.ts'
import {isBurstable} from '../../aws/burstable.ts'
import {tagsAtCreation} from '../../aws/restricted-tagging.ts'
import {tagSpecifications, type Tags} from '../../aws/tags.ts'
import {placement} from '../../aws/placement.ts'
import type {Reach} from '../../aws/reach.ts'

/** What a bake is going to make, as far as it can be asked for before anything exists. */
export interface PreflightRequest {
  readonly bakeId: string
  readonly tags: Tags
  readonly region: string
  /** Absent: only Packer knows what a template of the user's own bakes on. */
  readonly source?: {readonly id: string; readonly rootDeviceName?: string}
  /** The source image's, and so what the instance types must be of. Absent: it is not known, or there are several. */
  readonly architecture?: Architecture
  readonly instanceTypes: readonly string[]
  readonly reach: Reach
  /** The build's. */
  readonly instanceProfile?: string
  /** Of the build's root volume, in GiB. Absent: the source image's. */
  readonly volumeSize?: number
  /** Encrypts it. Absent: the account's default key. */
  readonly kmsKeyId?: string
  /** The shipped template is going to build: what it makes is known. */
  readonly shipped: boolean
  /** A smoke test was asked for. */
  readonly smoke: boolean
}

/** A call that would make something, sent as a dry run: AWS judges it and makes nothing. */
export interface DryRun {
  /** What is tried, as the beginning of a sentence. */
  readonly attempt: string
  readonly send: (ec2: EC2Client, signal: AbortSignal) => Promise<unknown>
}

/**
 * The creates of a bake with the very tags and settings of the shipped template (templates/jenkins) and of the smoke test
 * (smoke/launch.ts). What belongs to other things is left out where these do not exist yet: the launches name neither
 * group nor key pair, and the smoke test's is of the source image. For a user's own template only what the action itself
 * makes is known.
 */
export function dryRunsOf(request: PreflightRequest): DryRun[] {
  const {shipped, smoke, bakeId} = request
  const name = `bake-jenkins-ami-preflight-${bakeId}`
  return [
    ...(shipped ? [launch('The launch of the build', request, asTheTemplate(request))] : []),
    ...(shipped ? [keyPair(name, request)] : []),
    ...(smoke && request.source && request.instanceTypes.length > 0
      ? [launch('The launch of the smoke test', request, {})]
      : []),
    ...(shipped || smoke ? [securityGroup(name, request)] : [])
  ]
}

type LaunchInput = ConstructorParameters<typeof RunInstancesCommand>[0]

function launch(attempt: string, request: PreflightRequest, more: Partial<LaunchInput>): DryRun {
  const {source, instanceTypes, tags, reach} = request
  const command = new RunInstancesCommand({
    DryRun: true,
    ImageId: source?.id,
    InstanceType: instanceTypes[0] as Instance['InstanceType'],
    MinCount: 1,
    MaxCount: 1,
    InstanceInitiatedShutdownBehavior: 'terminate',
    MetadataOptions: {HttpTokens: 'required', HttpPutResponseHopLimit: 2},
    TagSpecifications: tagSpecifications(tags, 'instance', 'volume', 'network-interface'),
    ...placement(reach, reach.subnetIds[0], []),
    ...more
  })
  return {attempt, send: (ec2, abortSignal) => ec2.send(command, {abortSignal})}
}

function asTheTemplate(request: PreflightRequest): Partial<LaunchInput> {
  const {source, instanceTypes, instanceProfile, volumeSize, kmsKeyId} = request
  const ebs = {
    VolumeType: 'gp3',
    Iops: 3000,
    Throughput: 125,
    Encrypted: true,
    DeleteOnTermination: true,
    ...(volumeSize === undefined ? {} : {VolumeSize: volumeSize}),
    ...(kmsKeyId === undefined ? {} : {KmsKeyId: kmsKeyId})
  } as const
  return {
    BlockDeviceMappings: [{DeviceName: source?.rootDeviceName, Ebs: ebs}],
    ...(isBurstable(instanceTypes[0] ?? '') ? {CreditSpecification: {CpuCredits: 'unlimited'}} : {}),
    ...(instanceProfile ? {IamInstanceProfile: {Name: instanceProfile}} : {}),
    ...(pluginTags(request) ? {} : {TagSpecifications: undefined})
  }
}

/** Whether what Packer makes besides the image gets its tags at once. */
const pluginTags = ({region}: PreflightRequest): boolean => tagsAtCreation(region) !== 'nothing'

function keyPair(name: string, request: PreflightRequest): DryRun {
  const command = new CreateKeyPairCommand({
    DryRun: true,
    KeyName: name,
    KeyType: 'ed25519',
    ...(pluginTags(request) ? {TagSpecifications: tagSpecifications(request.tags, 'key-pair')} : {})
  })
  return {attempt: "The build's key pair", send: (ec2, abortSignal) => ec2.send(command, {abortSignal})}
}

function securityGroup(name: string, {tags, reach}: PreflightRequest): DryRun {
  const command = new CreateSecurityGroupCommand({
    DryRun: true,
    GroupName: name,
    Description: 'Never made: a dry run',
    ...(reach.vpcId ? {VpcId: reach.vpcId} : {}),
    TagSpecifications: tagSpecifications(tags, 'security-group')
  })
  return {attempt: 'The security group', send: (ec2, abortSignal) => ec2.send(command, {abortSignal})}
}
