import {randomBytes} from 'node:crypto'
import type {RunInstancesRequest} from '@aws-sdk/client-ec2'
import type {InstanceMetadata, LaunchSpec} from '../../machines/driver.ts'
import type {Call} from '../cloud.ts'
import {describeInstance} from './describe-instance.ts'
import {madeBefore, remember} from './idempotency.ts'
import {touchedImage} from './images.ts'
import {planLaunch, type LaunchPlan} from './launch-plan.ts'
import {launch, poweredOff} from './lifecycle.ts'
import type {Operations, Touched} from './operation.ts'
import {newId} from './resources.ts'
import {ingressOf, letsIn} from './security-group-rules.ts'
import {touchedGroup} from './security-groups.ts'
import type {Ec2Cloud, InstanceRecord} from './store.ts'
import {putTags, tagsAtCreation, type Tags} from './tags.ts'
import {volumeContext} from './volumes.ts'

type TagsOf = (type: 'instance' | 'volume' | 'network-interface') => Tags

export function runInstancesOperations(cloud: Ec2Cloud): Operations {
  return {
    RunInstances: async (input, call) => {
      const plan = planLaunch(cloud, input)
      const tagsOf = tagsAtCreation(input.TagSpecifications, ['instance', 'volume', 'network-interface'])
      await call.permit(touchedBy(cloud, plan, tagsOf))
      const earlier = madeBefore(cloud, 'RunInstances', input)
      if (earlier) return describeReservation(cloud, earlier)
      const reservationId = newId('reservation')
      const ids = Array.from({length: plan.count}, (_, index) =>
        addInstance(cloud, {plan, input, tagsOf, reservationId, index, by: call.by})
      )
      remember(cloud, 'RunInstances', input, ids)
      return describeReservation(cloud, ids)
    }
  }
}

function describeReservation(cloud: Ec2Cloud, ids: readonly string[]) {
  const instances = ids.flatMap((id) => cloud.instances.get(id) ?? [])
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: cloud.accountId,
    Groups: [],
    Instances: instances.map((instance) => describeInstance(cloud, instance))
  }
}

interface NewInstance {
  readonly plan: LaunchPlan
  readonly input: RunInstancesRequest
  readonly tagsOf: TagsOf
  readonly reservationId: string
  readonly index: number
  readonly by: Call['by']
}

/** Makes an instance with its interface and volumes, and starts its machine. */
function addInstance(cloud: Ec2Cloud, {plan, input, tagsOf, reservationId, index, by}: NewInstance): string {
  const launchTime = cloud.now()
  const instance: InstanceRecord = {
    id: newId('instance'),
    reservationId,
    launchIndex: index,
    imageId: plan.image.id,
    architecture: plan.image.architecture,
    rootDeviceName: plan.image.rootDeviceName,
    launchTime,
    ...(plan.keyPair ? {keyName: plan.keyPair.name} : {}),
    ...(input.ClientToken === undefined ? {} : {clientToken: input.ClientToken}),
    subnetId: plan.subnet.id,
    interfaceId: newId('network-interface'),
    ...(input.IamInstanceProfile ? {profile: profileOf(cloud, input.IamInstanceProfile)} : {}),
    metadata: plan.metadata,
    launchedBy: by,
    type: plan.type,
    groupIds: [...plan.groupIds],
    ...(plan.userData === undefined ? {} : {userData: plan.userData}),
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? 'stop',
    protectedFromTermination: input.DisableApiTermination ?? false,
    state: 'pending',
    transitionReason: '',
    work: Promise.resolve(),
    rebooting: false,
    postedConsole: ''
  }
  cloud.instances.set(instance.id, instance)
  putTags(cloud, instance.id, tagsOf('instance'))
  addInterface(cloud, instance, tagsOf('network-interface'))
  addVolumes(cloud, instance, plan, tagsOf('volume'))
  launch(cloud, instance, () => cloud.driver.launch(specOf(cloud, instance, plan)))
  return instance.id
}

function specOf(cloud: Ec2Cloud, instance: InstanceRecord, {image, keyPair, userData}: LaunchPlan): LaunchSpec {
  return {
    instanceId: instance.id,
    imageId: image.id,
    content: image.content ?? cloud.driver.sourceContent,
    username: image.username,
    ...(keyPair ? {publicKey: keyPair.publicKey} : {}),
    ...(userData === undefined ? {} : {userData: Buffer.from(userData, 'base64').toString()}),
    allows: (port, source) => letsIn(cloud, instance.groupIds, port, source),
    ingress: () => ingressOf(cloud, instance.groupIds),
    metadata: metadataOf(cloud, instance),
    onPowerOff: () => poweredOff(cloud, instance)
  }
}

function metadataOf(cloud: Ec2Cloud, instance: InstanceRecord): InstanceMetadata {
  const {metadata, subnetId, interfaceId, keyName, groupIds} = instance
  return {
    endpoint: metadata.HttpEndpoint ?? 'enabled',
    tokens: metadata.HttpTokens ?? 'optional',
    accountId: cloud.accountId,
    region: cloud.region,
    zone: cloud.network.subnets.get(subnetId)?.zone ?? '',
    instanceType: instance.type,
    reservationId: instance.reservationId,
    macAddress: cloud.interfaces.get(interfaceId)?.macAddress ?? '',
    ...(keyName === undefined ? {} : {keyName}),
    securityGroups: groupIds.map((id) => cloud.groups.get(id)?.name ?? id)
  }
}

function profileOf(
  {accountId}: Ec2Cloud,
  {Arn: arn, Name: name}: {Arn?: string | undefined; Name?: string | undefined}
) {
  return {Arn: arn ?? `arn:aws:iam::${accountId}:instance-profile/${name}`, Id: 'AIPAEXAMPLEEXAMPLE234'}
}

function addInterface(cloud: Ec2Cloud, instance: InstanceRecord, tags: Tags): void {
  const mac = [...randomBytes(4)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
  cloud.interfaces.set(instance.interfaceId, {
    id: instance.interfaceId,
    attachmentId: newId('eni-attachment'),
    instanceId: instance.id,
    macAddress: `02:00:${mac}`,
    attachTime: instance.launchTime
  })
  putTags(cloud, instance.interfaceId, tags)
}

function addVolumes(cloud: Ec2Cloud, instance: InstanceRecord, {volumes, subnet}: LaunchPlan, tags: Tags): void {
  for (const {device, deleteOnTermination, ...volume} of volumes) {
    const id = newId('volume')
    const attachTime = instance.launchTime
    const attachment = {instanceId: instance.id, device, attachTime, deleteOnTermination}
    cloud.volumes.set(id, {...volume, id, zone: subnet.zone, createTime: attachTime, attachment})
    putTags(cloud, id, tags)
  }
}

/** A launch needs permission for all that it uses and all that it makes (Service Authorization Reference, EC2). */
function touchedBy(cloud: Ec2Cloud, plan: LaunchPlan, tagsOf: TagsOf): Touched[] {
  const {region, accountId, network} = cloud
  const vpc = `arn:aws:ec2:${region}:${accountId}:vpc/${network.vpcId}`
  const zone = plan.subnet.zone
  return [
    touchedImage(cloud, plan.image),
    {
      type: 'instance',
      id: '*',
      requestTags: tagsOf('instance'),
      context: {
        'ec2:AvailabilityZone': zone,
        'ec2:EbsOptimized': 'false',
        'ec2:InstanceType': plan.type,
        'ec2:MetadataHttpEndpoint': plan.metadata.HttpEndpoint ?? 'enabled',
        'ec2:MetadataHttpPutResponseHopLimit': String(plan.metadata.HttpPutResponseHopLimit),
        'ec2:MetadataHttpTokens': plan.metadata.HttpTokens ?? 'optional',
        'ec2:RootDeviceType': 'ebs',
        'ec2:Tenancy': 'default'
      }
    },
    {
      type: 'network-interface',
      id: '*',
      requestTags: tagsOf('network-interface'),
      context: {
        'ec2:AssociatePublicIpAddress': String(plan.associatesPublicAddress),
        'ec2:AvailabilityZone': zone,
        'ec2:Subnet': `arn:aws:ec2:${region}:${accountId}:subnet/${plan.subnet.id}`,
        'ec2:Vpc': vpc
      }
    },
    ...plan.groupIds.map((id) => touchedGroup(cloud, id)),
    {type: 'subnet', id: plan.subnet.id, context: {'ec2:AvailabilityZone': zone, 'ec2:Vpc': vpc}},
    ...plan.volumes.map(({size, type, encrypted}): Touched => ({
      type: 'volume',
      id: '*',
      requestTags: tagsOf('volume'),
      context: {'ec2:AvailabilityZone': zone, ...volumeContext(size, type, encrypted)}
    })),
    ...(plan.keyPair ? [{type: 'key-pair' as const, id: plan.keyPair.name, tagsOf: plan.keyPair.id}] : [])
  ]
}
