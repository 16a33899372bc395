import {_InstanceType, type InstanceTypeInfo, type InstanceTypeOffering, type LocationType} from '@aws-sdk/client-ec2'
import {type FilterTable, list} from '../descriptions/listing.ts'
import {
  findInstanceType,
  type InstanceTypeRecord,
  instanceTypes,
  isBurstable,
  isInFreePlan
} from '../state/instance-types.ts'
import {isOffered} from '../state/shortages.ts'
import type {Ec2Cloud} from '../state/store.ts'
import type {Operations} from './operation.ts'

const filters: FilterTable<InstanceTypeInfo> = {
  'bare-metal': (type) => type.BareMetal,
  'burstable-performance-supported': (type) => type.BurstablePerformanceSupported,
  'current-generation': (type) => type.CurrentGeneration,
  'free-tier-eligible': (type) => type.FreeTierEligible,
  hypervisor: (type) => type.Hypervisor,
  'instance-type': (type) => type.InstanceType,
  'memory-info.size-in-mib': (type) => type.MemoryInfo?.SizeInMiB,
  'processor-info.supported-architecture': (type) => type.ProcessorInfo?.SupportedArchitectures,
  'supported-boot-mode': (type) => type.SupportedBootModes,
  'supported-root-device-type': (type) => type.SupportedRootDeviceTypes,
  'supported-usage-class': (type) => type.SupportedUsageClasses,
  'supported-virtualization-type': (type) => type.SupportedVirtualizationTypes,
  'vcpu-info.default-vcpus': (type) => type.VCpuInfo?.DefaultVCpus
}

const offeringFilters: FilterTable<InstanceTypeOffering> = {
  'instance-type': (offering) => offering.InstanceType,
  location: (offering) => offering.Location
}

export function instanceTypeOperations(cloud: Ec2Cloud): Operations {
  return {
    DescribeInstanceTypes: async (input, call) => {
      await call.permit()
      const records = input.InstanceTypes?.map(findInstanceType) ?? [...instanceTypes.values()]
      const byId = input.InstanceTypes !== undefined
      const {items, NextToken} = list(
        records.map((record) => describe(cloud, record)),
        input,
        {filters, limits: {least: 5, most: 100}, byId}
      )
      return {InstanceTypes: items, NextToken}
    },
    DescribeInstanceTypeOfferings: async (input, call) => {
      await call.permit()
      const type = input.LocationType ?? 'region'
      const offerings = locations(cloud, type).flatMap(({name: location, zones}) =>
        [...instanceTypes.values()]
          .filter(({name}) => zones.some((zone) => isOffered(cloud.shortages, name, zone)))
          .map(({name}) => offering(name, type, location))
      )
      const rules = {filters: offeringFilters, limits: {least: 5, most: 1000}}
      const {items, NextToken} = list(offerings, input, rules)
      return {InstanceTypeOfferings: items, NextToken}
    }
  }
}

/** The places of the kind asked for, with their zones. */
function locations({region, network}: Ec2Cloud, type: LocationType): {name: string; zones: string[]}[] {
  const subnets = [...network.subnets.values()]
  if (type === 'availability-zone') return subnets.map(({zone}) => ({name: zone, zones: [zone]}))
  if (type === 'availability-zone-id') return subnets.map(({zone, zoneId}) => ({name: zoneId, zones: [zone]}))
  return [{name: region, zones: subnets.map(({zone}) => zone)}]
}

const offering = (name: _InstanceType, type: LocationType, location: string): InstanceTypeOffering => ({
  InstanceType: name,
  LocationType: type,
  Location: location
})

const describe = (
  {shortages}: Ec2Cloud,
  {name, architecture, vcpus, memoryMiB, nitro}: InstanceTypeRecord
): InstanceTypeInfo => ({
  InstanceType: name,
  BareMetal: false,
  BurstablePerformanceSupported: isBurstable(name),
  CurrentGeneration: nitro,
  // Older accounts have another offer, of one type for a year.
  FreeTierEligible: shortages.freePlan ? isInFreePlan(name) : name === 't3.micro',
  Hypervisor: nitro ? 'nitro' : 'xen',
  MemoryInfo: {SizeInMiB: memoryMiB},
  ProcessorInfo: {SupportedArchitectures: [architecture]},
  SupportedBootModes: architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
  SupportedRootDeviceTypes: ['ebs'],
  SupportedUsageClasses: ['on-demand', 'spot'],
  SupportedVirtualizationTypes: ['hvm'],
  VCpuInfo: {DefaultVCpus: vcpus}
})
