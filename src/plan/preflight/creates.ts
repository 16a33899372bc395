import {
  type EC2Client,
  type Instance,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  RunInstancesCommand
} from '@aws-sdk/client-ec2'
import {tagsAtCreation} from '../../aws/restricted-tagging.ts'
import {tagSpecifications} from '../../aws/tags.ts'
import type {PreflightRequest} from './request.ts'
import {placement} from '../../aws/connectivity.ts'

/** A call that would make something, sent as a dry run: AWS judges it and makes nothing. */
export interface DryRun {
  /** The attempted call, as the beginning of a sentence. */
  readonly attempt: string
  readonly send: (ec2: EC2Client, signal: AbortSignal) => Promise<unknown>
}

/**
 * The creates of a bake with the very tags and settings of the shipped template (templates/jenkins) and of the smoke
 * test (smoke/launch.ts). References to resources that do not exist yet are left out: the launches name neither group
 * nor key pair, and the smoke test's uses the source image. For a user's own template only the action's own calls are
 * known.
 */
export function dryRunsOf(request: PreflightRequest): DryRun[] {
  const {shipped, smoke, bakeId} = request
  const name = `bake-jenkins-ami-preflight-${bakeId}`
  return [
    ...(shipped ? [launch('The launch of the build', request, asTheTemplate(request))] : []),
    ...(shipped ? [keyPair(name, request)] : []),
    ...(smoke && request.source && request.instanceTypes.length > 0
      ? [launch('The launch of the smoke test', request, profileOf(request.smokeInstanceProfile))]
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
    ...(volumeSize !== undefined ? {VolumeSize: volumeSize} : {}),
    ...(kmsKeyId !== undefined ? {KmsKeyId: kmsKeyId} : {})
  } as const
  return {
    BlockDeviceMappings: [{DeviceName: source?.rootDeviceName, Ebs: ebs}],
    ...(isBurstable(instanceTypes[0] ?? '') ? {CreditSpecification: {CpuCredits: 'unlimited'}} : {}),
    ...profileOf(instanceProfile),
    ...(pluginTags(request) ? {} : {TagSpecifications: undefined})
  }
}

function profileOf(name: string | undefined): Partial<LaunchInput> {
  return name === undefined ? {} : {IamInstanceProfile: {Name: name}}
}

/** Whether Packer's resources other than the image get their tags at creation. */
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

/**
 * Whether a type earns and spends CPU credits. EC2 accepts a credit specification only for such types (EC2 API
 * reference, CreditSpecificationRequest).
 */
function isBurstable(instanceType: string): boolean {
  return /^t(2|3a?|4g)\./.test(instanceType)
}
