import {
  type EC2Client,
  type Instance,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  paginateDescribeInstances,
  RunInstancesCommand
} from '@aws-sdk/client-ec2'
import type {Ledger} from '../ledger/ledger.ts'
import {recorded} from '../ledger/recorded.ts'
import {securityGroupsBy} from '../aws/resources.ts'
import {onFirstWithCapacity, placesOf, type Place} from '../aws/capacity.ts'
import {awsCause} from '../aws/errors/causes.ts'
import {allPages, onceKnown, pageSize} from '../aws/calls.ts'
import {poll} from '../lib/wait.ts'
import {tagSpecifications, type Tags} from '../aws/tags.ts'
import {letIn, placement, type Reach} from '../aws/connectivity.ts'
import {jenkinsPort} from './answer.ts'
import {pointer} from '../lib/advice.ts'
import {UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'

export interface LaunchRequest {
  readonly bakeId: string
  readonly imageId: string
  /** Distinguishes it from the other smoke tests of its bake. */
  readonly name: string
  readonly instanceTypes: readonly string[]
  /** Where it is launched, and who may reach its port 8080. */
  readonly reach: Reach
  readonly userData: string
  readonly tags: Tags
  /** The name of the machine's instance profile. Absent: it has none. */
  readonly instanceProfile?: string
}

export interface SmokeInstance {
  readonly id: string
  /** Public or private, as it is to be reached. */
  readonly address: string
  readonly instanceType: string
}

/**
 * Launches a fresh machine from the image, reachable on Jenkins's port by the given ranges and on no other port, with
 * what promotion will demand of every machine (IMDSv2, hop limit 2): the tested settings are those of the released
 * image.
 *
 * Calls that make something are never aborted, only the waiting is; both creates are in the ledger before they are
 * sent.
 */
export async function launch(
  ec2: EC2Client,
  request: LaunchRequest,
  ledger: Ledger,
  log: Log,
  signal: AbortSignal
): Promise<SmokeInstance> {
  signal.throwIfAborted()
  const groupId = await openGroup(ec2, request, ledger, signal)
  const {reach} = request
  const places = placesOf(request.instanceTypes, reach.subnetIds)
  // AWS may notice a lack of capacity only while it starts the machine.
  return onFirstWithCapacity(places, log, async (place, index) => {
    signal.throwIfAborted()
    const id = await onceKnown(signal, () => run(ec2, request, {groupId, place, index}, ledger))
    log.info(`Launched ${id} from ${request.imageId}; port ${jenkinsPort} is open to ${letIn(reach)}`)
    const address = await poll(async () => addressOf(await describe(ec2, id, signal), reach), {signal})
    log.info(`${id} runs at ${address}`)
    return {id, address, instanceType: place.instanceType}
  })
}

async function openGroup(ec2: EC2Client, request: LaunchRequest, ledger: Ledger, signal: AbortSignal): Promise<string> {
  const name = `bake-jenkins-ami-${request.name}-${request.bakeId}`
  const command = new CreateSecurityGroupCommand({
    GroupName: name,
    Description: 'Smoke test of a Jenkins image; removed at its end',
    ...(request.reach.vpcId ? {VpcId: request.reach.vpcId} : {}),
    TagSpecifications: tagSpecifications(request.tags, 'security-group')
  })
  const GroupId = await recorded(ledger, {type: 'security-group', key: name}, async () => {
    try {
      return (await ec2.send(command)).GroupId
    } catch (error) {
      // The SDK repeats a create whose answer was lost. The name is this bake's own, so the group of that name is too.
      if (!(error instanceof Error && error.name === 'InvalidGroup.Duplicate')) throw error
      const {vpcId} = request.reach
      const groups = await securityGroupsBy({client: ec2, abortSignal: signal}, [{Name: 'group-name', Values: [name]}])
      return groups.find((one) => one.name === name && (vpcId === undefined || one.vpcId === vpcId))?.id
    }
  })
  const {cidrs} = request.reach
  if (cidrs.length > 0) await onceKnown(signal, () => openPort(ec2, GroupId, cidrs))
  return GroupId
}

async function openPort(ec2: EC2Client, GroupId: string, cidrs: readonly string[]): Promise<void> {
  const IpRanges = cidrs.map((CidrIp) => ({CidrIp}))
  const IpPermissions = [{IpProtocol: 'tcp', FromPort: jenkinsPort, ToPort: jenkinsPort, IpRanges}]
  try {
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({GroupId, IpPermissions}))
  } catch (error) {
    // The SDK repeats a request whose answer was lost; the group is new, so that the rule can only be this one.
    if (!(error instanceof Error && error.name === 'InvalidPermission.Duplicate')) throw error
  }
}

async function run(
  ec2: EC2Client,
  request: LaunchRequest,
  {groupId, place, index}: {readonly groupId: string; readonly place: Place; readonly index: number},
  ledger: Ledger
): Promise<string> {
  const command = new RunInstancesCommand({
    ImageId: request.imageId,
    InstanceType: place.instanceType as Instance['InstanceType'],
    MinCount: 1,
    MaxCount: 1,
    // A repeated request with the same token makes no second instance.
    ClientToken: `${request.bakeId}-${request.name}-${index}`,
    ...placement(request.reach, place.subnetId, [groupId]),
    InstanceInitiatedShutdownBehavior: 'terminate',
    MetadataOptions: {HttpTokens: 'required', HttpPutResponseHopLimit: 2},
    ...(request.instanceProfile ? {IamInstanceProfile: {Name: request.instanceProfile}} : {}),
    ...(request.userData ? {UserData: Buffer.from(request.userData).toString('base64')} : {}),
    TagSpecifications: tagSpecifications(request.tags, 'instance', 'volume', 'network-interface')
  })
  const token = command.input.ClientToken ?? ''
  return recorded(
    ledger,
    {type: 'instance', key: token},
    async () => (await ec2.send(command)).Instances?.[0]?.InstanceId
  )
}

/** @returns undefined while AWS does not know the new id yet (ids are eventually consistent) */
export async function describe(ec2: EC2Client, id: string, signal: AbortSignal): Promise<Instance | undefined> {
  const query = {Filters: [{Name: 'instance-id', Values: [id]}]}
  const pages = await allPages(paginateDescribeInstances({client: ec2, pageSize}, query, {abortSignal: signal}))
  return pages
    .flatMap(({Reservations = []}) => Reservations)
    .flatMap(({Instances = []}) => Instances)
    .find(({InstanceId}) => InstanceId === id)
}

function addressOf(instance: Instance | undefined, {via}: Pick<Reach, 'via'>): string | undefined {
  const state = instance?.State?.Name
  if (!instance || state === undefined || state === 'pending') return undefined
  if (state !== 'running') {
    const said = instance.StateReason?.Message ?? ''
    const cause = awsCause(instance.StateReason?.Code ?? '', said)
    throw new UserError(
      `The smoke instance ended while it started (${state}): ${said || 'AWS gives no reason'}${cause ? `. ${cause.change}\n${pointer(cause.id)}` : ''}`,
      cause ? {id: cause.id} : {}
    )
  }
  if (via !== 'public-ip') return instance.PrivateIpAddress
  if (!instance.PublicIpAddress) {
    throw new UserError(
      `The smoke instance ${instance.InstanceId} has no public address, so it cannot be probed from here. ` +
        "Its subnet must give public addresses to new machines (map_public_ip_on_launch); or give a public subnet in 'subnet-ids'."
    )
  }
  return instance.PublicIpAddress
}
