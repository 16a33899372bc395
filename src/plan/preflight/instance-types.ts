import {type EC2Client, type Filter, type InstanceTypeInfo, paginateDescribeInstanceTypes} from '@aws-sdk/client-ec2'
import {allPages, typePageSize} from '../../aws/calls.ts'
import type {Architecture} from '../../inputs/distributions.ts'

/** In MiB. Types of 4 GB have 4,096; with 2 GB Jenkins starts and later runs out of memory. */
const leastMemory = 3_500

export interface TypeFindings {
  /** The reasons why the bake is impossible. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

/** The purpose of the types. */
export interface TypeNeeds {
  /** Absent: it is not known. */
  readonly architecture?: Architecture | undefined
  /** Their console is read while they run, which only AWS's Nitro System offers (EC2 API reference, GetConsoleOutput). */
  readonly nitro: boolean
}

/** Checks that the instance types exist in this region, fit the image, and have enough memory for Jenkins. */
export async function checkInstanceTypes(
  ec2: EC2Client,
  names: readonly string[],
  needs: TypeNeeds,
  signal: AbortSignal
): Promise<TypeFindings> {
  const types = await typesBy(ec2, {Name: 'instance-type', Values: [...names]}, signal)
  const findings = names.map((name) =>
    judge(
      name,
      needs,
      types.find(({InstanceType: type}) => type === name)
    )
  )
  return {
    problems: findings.flatMap(({problem}) => problem ?? []),
    warnings: findings.flatMap(({warning}) => warning ?? [])
  }
}

/**
 * The types that an account of the free plan may launch here and that can carry this bake, the largest first. AWS lists
 * them itself (EC2 user guide, "Free Tier"; DescribeInstanceTypes, free-tier-eligible): they differ by account and
 * region.
 */
export async function freePlanTypes(ec2: EC2Client, needs: TypeNeeds, signal: AbortSignal): Promise<string[]> {
  const types = await typesBy(ec2, {Name: 'free-tier-eligible', Values: ['true']}, signal)
  const able = types.filter((type) => {
    const {problem, warning} = judge(type.InstanceType ?? '', needs, type)
    return problem === undefined && warning === undefined
  })
  const memoryOf = ({MemoryInfo}: InstanceTypeInfo): number => MemoryInfo?.SizeInMiB ?? 0
  return able.toSorted((one, other) => memoryOf(other) - memoryOf(one)).flatMap(({InstanceType}) => InstanceType ?? [])
}

async function typesBy(ec2: EC2Client, filter: Filter, signal: AbortSignal): Promise<InstanceTypeInfo[]> {
  const query = {Filters: [filter]}
  const paging = {client: ec2, pageSize: typePageSize}
  const pages = await allPages(paginateDescribeInstanceTypes(paging, query, {abortSignal: signal}))
  return pages.flatMap(({InstanceTypes = []}) => InstanceTypes)
}

function judge(
  name: string,
  {architecture, nitro}: TypeNeeds,
  type: InstanceTypeInfo | undefined
): {problem?: string; warning?: string} {
  if (!type) return {problem: `${name} is not offered in this region`}
  const architectures = type.ProcessorInfo?.SupportedArchitectures ?? []
  if (architecture !== undefined && !architectures.includes(architecture)) {
    return {problem: `${name} is for ${architectures.join(' and ')}, but the source image is for ${architecture}`}
  }
  if (nitro && type.Hypervisor !== 'nitro' && type.BareMetal !== true) {
    return {problem: `${name} is not built on the Nitro System, and other consoles cannot be read while a machine runs`}
  }
  const memory = type.MemoryInfo?.SizeInMiB ?? leastMemory
  if (memory < leastMemory) {
    return {
      warning: `${name} has ${(memory / 1024).toFixed(1)} GiB of memory; Jenkins needs at least 4 ('instance-types').`
    }
  }
  return {}
}
