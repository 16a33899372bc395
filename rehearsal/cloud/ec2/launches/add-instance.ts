import {randomBytes} from 'node:crypto'
import type {InstanceMetadata, LaunchSpec} from '../../../machines/driver.ts'
import type {Call} from '../../calls.ts'
import {launch as startMachine, NoRoom, poweredOff} from '../state/lifecycle.ts'
import {newId} from '../state/resources.ts'
import {ingressOf, letsIn} from '../state/security-group-rules.ts'
import {startsHere} from '../state/shortages.ts'
import type {Ec2Cloud, InstanceRecord, Tags} from '../state/store.ts'
import {putTags} from '../state/tags.ts'
import type {Launch, LaunchPlan, SpotPlan} from './launch.ts'
import {encryptPassword, newPassword} from './passwords.ts'

interface NewInstance {
  readonly launch: Launch
  readonly reservationId: string
  readonly index: number
  readonly by: Call['by']
}

/** Makes an instance with its interface and volumes, and starts its machine. */
export function addInstance(cloud: Ec2Cloud, {launch, reservationId, index, by}: NewInstance): string {
  const {plan, input, tagsOf} = launch
  const launchTime = cloud.now()
  const id = newId('instance')
  const password = plan.image.platform && newPassword()
  const instance: InstanceRecord = {
    id,
    reservationId,
    launchIndex: index,
    imageId: plan.image.id,
    architecture: plan.image.architecture,
    rootDeviceName: plan.image.rootDeviceName,
    ...(plan.image.platform ? {platform: plan.image.platform} : {}),
    launchTime,
    ...(plan.keyPair ? {keyName: plan.keyPair.name} : {}),
    ...(password && plan.keyPair ? {passwordData: encryptPassword(password, plan.keyPair)} : {}),
    ...(input.ClientToken !== undefined ? {clientToken: input.ClientToken} : {}),
    subnetId: plan.subnet.id,
    interfaceId: newId('network-interface'),
    hasPublicAddress: plan.associatesPublicAddress,
    ...(plan.profile ? {profile: {Arn: plan.profile.arn, Id: plan.profile.id}} : {}),
    ...(plan.spot ? {spotRequestId: addSpotRequest(cloud, id, plan.spot, tagsOf('spot-instances-request'))} : {}),
    metadata: plan.metadata,
    ...(plan.cpuCredits ? {cpuCredits: plan.cpuCredits} : {}),
    launchedBy: by,
    type: plan.type,
    groupIds: [...plan.groupIds],
    ...(plan.userData !== undefined ? {userData: plan.userData} : {}),
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior ?? 'stop',
    protectedFromTermination: input.DisableApiTermination ?? false,
    protectedFromStop: input.DisableApiStop ?? false,
    state: 'pending',
    transitionReason: '',
    work: Promise.resolve(),
    rebooting: false,
    postedConsole: ''
  }
  cloud.instances.set(instance.id, instance)
  plan.image.lastLaunched = launchTime
  putTags(cloud, instance.id, tagsOf('instance'))
  addInterface(cloud, instance, tagsOf('network-interface'))
  addVolumes(cloud, instance, plan, tagsOf('volume'))
  startMachine(cloud, instance, () => {
    if (!startsHere(cloud.shortages, plan.type, plan.subnet.zone)) throw new NoRoom()
    return cloud.driver.launch({...specOf(cloud, instance, plan), ...(password ? {windows: {password}} : {})})
  })
  return instance.id
}

function specOf(cloud: Ec2Cloud, instance: InstanceRecord, {image, keyPair, userData}: LaunchPlan): LaunchSpec {
  return {
    instanceId: instance.id,
    imageId: image.id,
    content: image.content ?? cloud.driver.sourceContent,
    username: image.username,
    ...(keyPair ? {publicKey: keyPair.publicKey} : {}),
    ...(userData !== undefined ? {userData: Buffer.from(userData, 'base64').toString()} : {}),
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
    ...(keyName !== undefined ? {keyName} : {}),
    securityGroups: groupIds.map((id) => cloud.groups.get(id)?.name ?? id)
  }
}

function addSpotRequest(cloud: Ec2Cloud, instanceId: string, spot: SpotPlan, tags: Tags): string {
  const id = newId('spot-instances-request')
  cloud.spotRequests.set(id, {id, instanceId, createTime: cloud.now(), cancelled: false, ...spot})
  putTags(cloud, id, tags)
  return id
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
