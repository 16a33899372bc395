import type {AvailabilityZone, NetworkInterface, Region, Subnet, Vpc} from '@aws-sdk/client-ec2'
import {AwsError} from '../../protocol/errors.ts'
import {filtered, type FilterTable, list} from '../descriptions/listing.ts'
import {isCurrent} from '../state/instances.ts'
import type {SubnetRecord} from '../state/network-plan.ts'
import {findAll} from '../state/resources.ts'
import type {Ec2Cloud, InterfaceRecord} from '../state/store.ts'
import {tagSet} from '../state/tags.ts'
import type {Operations} from './operation.ts'

const limits = {least: 5, most: 1000}

const vpcFilters: FilterTable<Vpc> = {
  cidr: (vpc) => vpc.CidrBlock,
  'is-default': (vpc) => vpc.IsDefault,
  isDefault: (vpc) => vpc.IsDefault,
  'owner-id': (vpc) => vpc.OwnerId,
  state: (vpc) => vpc.State,
  'vpc-id': (vpc) => vpc.VpcId
}

const subnetFilters: FilterTable<Subnet> = {
  'availability-zone': (subnet) => subnet.AvailabilityZone,
  availabilityZone: (subnet) => subnet.AvailabilityZone,
  'availability-zone-id': (subnet) => subnet.AvailabilityZoneId,
  'cidr-block': (subnet) => subnet.CidrBlock,
  'default-for-az': (subnet) => subnet.DefaultForAz,
  defaultForAz: (subnet) => subnet.DefaultForAz,
  'map-public-ip-on-launch': (subnet) => subnet.MapPublicIpOnLaunch,
  'owner-id': (subnet) => subnet.OwnerId,
  state: (subnet) => subnet.State,
  'subnet-id': (subnet) => subnet.SubnetId,
  'vpc-id': (subnet) => subnet.VpcId
}

const interfaceFilters: FilterTable<NetworkInterface> = {
  'attachment.attachment-id': (one) => one.Attachment?.AttachmentId,
  'attachment.instance-id': (one) => one.Attachment?.InstanceId,
  'attachment.status': (one) => one.Attachment?.Status,
  'availability-zone': (one) => one.AvailabilityZone,
  'group-id': (one) => one.Groups?.map((group) => group.GroupId),
  'group-name': (one) => one.Groups?.map((group) => group.GroupName),
  'interface-type': (one) => one.InterfaceType,
  'mac-address': (one) => one.MacAddress,
  'network-interface-id': (one) => one.NetworkInterfaceId,
  'private-ip-address': (one) => one.PrivateIpAddress,
  status: (one) => one.Status,
  'subnet-id': (one) => one.SubnetId,
  'vpc-id': (one) => one.VpcId
}

const zoneFilters: FilterTable<AvailabilityZone> = {
  'region-name': (zone) => zone.RegionName,
  state: (zone) => zone.State,
  'zone-id': (zone) => zone.ZoneId,
  'zone-name': (zone) => zone.ZoneName,
  'zone-type': (zone) => zone.ZoneType,
  'opt-in-status': (zone) => zone.OptInStatus
}

const regionFilters: FilterTable<Region> = {
  endpoint: (region) => region.Endpoint,
  'opt-in-status': (region) => region.OptInStatus,
  'region-name': (region) => region.RegionName
}

export function networkOperations(cloud: Ec2Cloud): Operations {
  return {
    DescribeVpcs: async (input, call) => {
      await call.permit()
      const vpcs = new Map([[cloud.network.vpcId, describeVpc(cloud)]])
      const things = input.VpcIds ? findAll('vpc', vpcs, input.VpcIds) : [...vpcs.values()]
      const {items, NextToken} = list(things, input, {filters: vpcFilters, limits, byId: input.VpcIds !== undefined})
      return {Vpcs: items, NextToken}
    },
    DescribeSubnets: async (input, call) => {
      await call.permit()
      const {subnets} = cloud.network
      const things = input.SubnetIds ? findAll('subnet', subnets, input.SubnetIds) : [...subnets.values()]
      const described = things.map((subnet) => describeSubnet(cloud, subnet))
      const byId = input.SubnetIds !== undefined
      const {items, NextToken} = list(described, input, {filters: subnetFilters, limits, byId})
      return {Subnets: items, NextToken}
    },
    DescribeNetworkInterfaces: async (input, call) => {
      await call.permit()
      const ids = input.NetworkInterfaceIds
      const things = ids ? findAll('network-interface', cloud.interfaces, ids) : [...cloud.interfaces.values()]
      const described = things.map((one) => describeInterface(cloud, one))
      const {items, NextToken} = list(described, input, {filters: interfaceFilters, limits, byId: ids !== undefined})
      return {NetworkInterfaces: items, NextToken}
    },
    DescribeAvailabilityZones: async (input, call) => {
      await call.permit()
      const zones = [...cloud.network.subnets.values()].map((subnet) => describeZone(cloud, subnet))
      return {
        AvailabilityZones: filtered(
          select(zones, input.ZoneNames, (zone) => zone.ZoneName),
          input.Filters,
          zoneFilters
        )
      }
    },
    DescribeRegions: async (input, call) => {
      await call.permit()
      const regions = cloud.regions.names.map((name) => ({
        RegionName: name,
        Endpoint: `ec2.${name}.amazonaws.com`,
        OptInStatus: 'opt-in-not-required'
      }))
      return {
        Regions: filtered(
          select(regions, input.RegionNames, (region) => region.RegionName),
          input.Filters,
          regionFilters
        )
      }
    }
  }
}

/** @throws AwsError InvalidParameterValue for a name that is not there */
function select<T>(
  things: readonly T[],
  names: readonly string[] | undefined,
  nameOf: (thing: T) => string | undefined
): T[] {
  if (!names) return [...things]
  return names.map((name) => {
    const found = things.find((thing) => nameOf(thing) === name)
    if (found === undefined)
      throw new AwsError('InvalidParameterValue', `Invalid value '${name}': there is no such name.`)
    return found
  })
}

function describeVpc(cloud: Ec2Cloud): Vpc {
  const {network, accountId, shortages} = cloud
  return {
    VpcId: network.vpcId,
    CidrBlock: network.vpcCidr,
    DhcpOptionsId: 'default',
    InstanceTenancy: 'default',
    IsDefault: shortages.defaultVpc !== false,
    OwnerId: accountId,
    State: 'available',
    CidrBlockAssociationSet: [{CidrBlock: network.vpcCidr, CidrBlockState: {State: 'associated'}}],
    Tags: tagSet(cloud, network.vpcId)
  }
}

function describeSubnet(cloud: Ec2Cloud, {id, zone, zoneId, cidr}: SubnetRecord): Subnet {
  const {network, accountId, region, shortages} = cloud
  return {
    SubnetId: id,
    SubnetArn: `arn:aws:ec2:${region}:${accountId}:subnet/${id}`,
    VpcId: network.vpcId,
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneId,
    CidrBlock: cidr,
    AvailableIpAddressCount: 4091,
    DefaultForAz: shortages.defaultVpc !== false,
    MapPublicIpOnLaunch: true,
    AssignIpv6AddressOnCreation: false,
    OwnerId: accountId,
    State: 'available',
    Tags: tagSet(cloud, id)
  }
}

function describeZone({region}: Ec2Cloud, {zone, zoneId}: SubnetRecord): AvailabilityZone {
  return {
    ZoneName: zone,
    ZoneId: zoneId,
    ZoneType: 'availability-zone',
    RegionName: region,
    GroupName: `${region}-zg-1`,
    NetworkBorderGroup: region,
    OptInStatus: 'opt-in-not-required',
    State: 'available',
    Messages: []
  }
}

function describeInterface(cloud: Ec2Cloud, one: InterfaceRecord): NetworkInterface {
  const instance = cloud.instances.get(one.instanceId)
  const subnet = cloud.network.subnets.get(instance?.subnetId ?? '')
  const address = instance && isCurrent(instance) ? instance.machine?.address : undefined
  return {
    NetworkInterfaceId: one.id,
    Attachment: {
      AttachmentId: one.attachmentId,
      AttachTime: one.attachTime,
      DeleteOnTermination: true,
      DeviceIndex: 0,
      InstanceId: one.instanceId,
      InstanceOwnerId: cloud.accountId,
      Status: 'attached'
    },
    AvailabilityZone: subnet?.zone,
    Description: '',
    Groups: instance?.groupIds.map((id) => ({GroupId: id, GroupName: cloud.groups.get(id)?.name})) ?? [],
    InterfaceType: 'interface',
    MacAddress: one.macAddress,
    OwnerId: cloud.accountId,
    PrivateIpAddress: address,
    PrivateIpAddresses: address === undefined ? [] : [{Primary: true, PrivateIpAddress: address}],
    RequesterManaged: false,
    SourceDestCheck: true,
    Status: 'in-use',
    SubnetId: subnet?.id,
    TagSet: tagSet(cloud, one.id),
    VpcId: cloud.network.vpcId
  }
}
