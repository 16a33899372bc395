import {planNetwork} from './network-plan.ts'
import {addDefaultGroup} from './security-groups.ts'
import {addSourceImages} from './source-images.ts'
import type {Ec2Cloud, EveryRegion, Regions} from './store.ts'

/** A region as it is when the account has not used it: a VPC with its default group, and the public images. */
export function createEc2(region: string, regions: Regions, shared: EveryRegion): Ec2Cloud {
  const network = planNetwork(region, shared.driver.range)
  const cloud: Ec2Cloud = {
    ...shared,
    region,
    regions,
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
    launchTemplates: new Map(),
    fleets: new Map(),
    spotRequests: new Map(),
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
    'launch-template': cloud.launchTemplates,
    fleet: cloud.fleets,
    'spot-instances-request': cloud.spotRequests,
    subnet: network.subnets,
    vpc: new Map([[network.vpcId, network]])
  }
  addDefaultGroup(cloud)
  addSourceImages(cloud)
  return cloud
}
