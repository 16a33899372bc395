import {addDefaultGroup} from './security-groups.ts'
import {planNetwork} from './network-plan.ts'
import {addSourceImages} from './source-images.ts'
import type {Ec2Cloud, ImageRecord} from './store.ts'

type Settings = Pick<Ec2Cloud, 'region' | 'accountId' | 'driver' | 'now' | 'log' | 'stateDelayMs' | 'canary'>

/** An account as it is when nobody has used it: the default VPC and group, and the public images. */
export function createEc2(settings: Settings): {readonly cloud: Ec2Cloud; readonly sourceImage: ImageRecord} {
  const network = planNetwork(settings.region)
  const cloud: Ec2Cloud = {
    ...settings,
    network,
    instances: new Map(),
    volumes: new Map(),
    snapshots: new Map(),
    images: new Map(),
    deregistered: new Set(),
    keyPairs: new Map(),
    groups: new Map(),
    rules: new Map(),
    interfaces: new Map(),
    tags: new Map(),
    idempotentCalls: new Map(),
    things: (type) => byType[type]
  }
  const byType = {
    instance: cloud.instances,
    volume: cloud.volumes,
    snapshot: cloud.snapshots,
    image: cloud.images,
    'key-pair': cloud.keyPairs,
    'security-group': cloud.groups,
    'security-group-rule': cloud.rules,
    'network-interface': cloud.interfaces,
    subnet: network.subnets,
    vpc: new Map([[network.vpcId, network]])
  }
  addDefaultGroup(cloud)
  return {cloud, sourceImage: addSourceImages(cloud)}
}
