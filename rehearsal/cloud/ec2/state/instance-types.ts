import {_InstanceType} from '@aws-sdk/client-ec2'
import {AwsError} from '../../protocol/errors.ts'

export interface InstanceTypeRecord {
  readonly name: _InstanceType
  readonly architecture: 'x86_64' | 'arm64'
  readonly vcpus: number
  readonly memoryMiB: number
  readonly nitro: boolean
}

interface Family {
  readonly names: string
  readonly architecture: 'x86_64' | 'arm64'
  readonly nitro: boolean
  /** Size, virtual processors, memory in GiB. */
  readonly sizes: readonly (readonly [string, number, number])[]
}

const burstable = [
  ['nano', 2, 0.5],
  ['micro', 2, 1],
  ['small', 2, 2],
  ['medium', 2, 4],
  ['large', 2, 8],
  ['xlarge', 4, 16],
  ['2xlarge', 8, 32]
] as const
const general = [
  ['large', 2, 8],
  ['xlarge', 4, 16],
  ['2xlarge', 8, 32],
  ['4xlarge', 16, 64],
  ['8xlarge', 32, 128]
] as const
const computing = [
  ['large', 2, 4],
  ['xlarge', 4, 8],
  ['2xlarge', 8, 16],
  ['4xlarge', 16, 32],
  ['8xlarge', 32, 64]
] as const
const remembering = [
  ['large', 2, 16],
  ['xlarge', 4, 32],
  ['2xlarge', 8, 64],
  ['4xlarge', 16, 128]
] as const

/** A selection of AWS's types, with the numbers of its instance type pages. */
const families: readonly Family[] = [
  {names: 't3 t3a', architecture: 'x86_64', nitro: true, sizes: burstable},
  {names: 't4g', architecture: 'arm64', nitro: true, sizes: burstable},
  {
    names: 'm5 m5a m5d m6i m6a m7i m7a m8i m8a',
    architecture: 'x86_64',
    nitro: true,
    sizes: [['medium', 1, 4], ...general]
  },
  {names: 'm7i-flex', architecture: 'x86_64', nitro: true, sizes: general},
  {names: 'm6g m7g m8g', architecture: 'arm64', nitro: true, sizes: [['medium', 1, 4], ...general]},
  {
    names: 'c5 c5a c5d c6i c6a c7i c7a c8i c8a',
    architecture: 'x86_64',
    nitro: true,
    sizes: [['medium', 1, 2], ...computing]
  },
  {names: 'r5 r5a r6i r6a r7i r7a', architecture: 'x86_64', nitro: true, sizes: remembering},
  {names: 'r6g r7g r8g', architecture: 'arm64', nitro: true, sizes: remembering},
  // With a graphics processor, for which many images of build agents are made.
  {names: 'g4dn g5', architecture: 'x86_64', nitro: true, sizes: general.slice(1)},
  {names: 'c7i-flex', architecture: 'x86_64', nitro: true, sizes: computing},
  {names: 'c6g c7g c8g', architecture: 'arm64', nitro: true, sizes: [['medium', 1, 2], ...computing]},
  {
    names: 't2',
    architecture: 'x86_64',
    nitro: false,
    sizes: [
      ['micro', 1, 1],
      ['small', 1, 2],
      ['medium', 2, 4],
      ['large', 2, 8]
    ]
  },
  {names: 'm1', architecture: 'x86_64', nitro: false, sizes: [['small', 1, 1.7]]},
  {names: 'm4', architecture: 'x86_64', nitro: false, sizes: general}
]

export const instanceTypes: ReadonlyMap<string, InstanceTypeRecord> = new Map<string, InstanceTypeRecord>(
  families.flatMap(({names, sizes, architecture, nitro}) =>
    names.split(' ').flatMap((family) =>
      sizes.flatMap(([size, vcpus, gib]) => {
        const name = `${family}.${size}`
        return isKnown(name)
          ? [[name, {name, architecture, nitro, vcpus, memoryMiB: Math.round(gib * 1024)}] as const]
          : []
      })
    )
  )
)

/** What accounts on the free plan may launch (EC2 user guide, "Free Tier": accounts made since 15 July 2025). */
const freePlan: ReadonlySet<string> = new Set(
  't3.micro t3.small t4g.micro t4g.small c7i-flex.large m7i-flex.large'.split(' ')
)

export const isInFreePlan = (type: string): boolean => freePlan.has(type)

/** T2, T3, T3a and T4g: the types that earn and spend CPU credits. */
export const isBurstable = (type: string): boolean => /^t\d/u.test(type)

/** Not every family has every size. */
function isKnown(name: string): name is _InstanceType {
  return Object.values<string>(_InstanceType).includes(name)
}

/** @throws AwsError InvalidParameterValue */
export function findInstanceType(name: string): InstanceTypeRecord {
  const found = instanceTypes.get(name)
  if (!found) throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`)
  return found
}
