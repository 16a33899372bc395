import {type EC2Client, DescribeInstanceTypesCommand} from '@aws-sdk/client-ec2'
import type {TemplateSource} from '../template/sources.ts'
import {textsIn} from '../template/value.ts'
import type {Architecture} from '../inputs/distributions.ts'

/** The properties of an instance type that matter here. */
interface TypeFacts {
  readonly architectures: readonly string[]
  readonly memoryMiB: number
  readonly nitro: boolean
}

/** Which instance types a bake uses. */
export interface MachineTypes {
  /** The user's; empty if none were given. */
  readonly given: readonly string[]
  /** The types in the template's builders, by their names: several where AWS chooses one for a spot instance. */
  readonly ofSources: ReadonlyMap<string, readonly string[]>
  readonly facts: ReadonlyMap<string, TypeFacts>
}

/** In MiB. With less, Jenkins starts and later runs out of memory. */
const leastMemory = 3_500

/** As many as AWS describes in one answer. */
const mostTypes = 100

/** They have 4 GB and exist in every region. */
export function standardType(architecture: Architecture): string {
  return architecture === 'arm64' ? 't4g.medium' : 't3.medium'
}

/** Looks up the types that the user and the template name. Types that AWS does not describe are left to the launch. */
export async function machineTypes(
  ec2: EC2Client,
  {given, sources}: {readonly given: readonly string[]; readonly sources: readonly TemplateSource[]},
  abortSignal: AbortSignal
): Promise<MachineTypes> {
  const named = sources.map((source): [string, readonly string[]] => [source.name, typesIn(source)])
  const ofSources = new Map(named.filter(([, types]) => types.length > 0))
  const names = [...new Set([...given, ...[...ofSources.values()].flat()])].slice(0, mostTypes)
  // If the template names no types there is no choice, and the launch shows whether the given ones fit.
  if (ofSources.size === 0) return {given, ofSources, facts: new Map()}
  try {
    const query = new DescribeInstanceTypesCommand({
      Filters: [{Name: 'instance-type', Values: names}],
      MaxResults: mostTypes
    })
    const {InstanceTypes: types = []} = await ec2.send(query, {abortSignal})
    const facts = types.map((type): [string, TypeFacts] => [
      type.InstanceType ?? '',
      {
        architectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
        memoryMiB: type.MemoryInfo?.SizeInMiB ?? leastMemory,
        nitro: type.Hypervisor === 'nitro' || type.BareMetal === true
      }
    ])
    return {given, ofSources, facts: new Map(facts)}
  } catch (error) {
    if (abortSignal.aborted) throw error
    return {given, ofSources, facts: new Map()}
  }
}

/** The types that a builder names. Packer takes one setting or the other (packer-plugin-amazon, common/run_config.go). */
export function typesIn(source: TemplateSource): readonly string[] {
  const type = source.text('instance_type')
  const types = type === undefined ? textsIn(source.value('spot_instance_types')).texts : [type]
  return types.filter((one) => /^[a-z0-9-]{1,40}\.[a-z0-9-]{1,40}$/.test(one))
}

/** The architecture of the types that these builders name; undefined if it is not known, or there are several. */
export function architectureOf(
  {ofSources, facts}: MachineTypes,
  sources: readonly TemplateSource[]
): Architecture | undefined {
  const found = sources.flatMap(({name}): readonly (Architecture | undefined)[] =>
    (ofSources.get(name) ?? ['']).map((type) => {
      const supported = facts.get(type)?.architectures ?? []
      return (['x86_64', 'arm64'] as const).find((one) => supported.includes(one))
    })
  )
  return new Set(found).size === 1 ? found[0] : undefined
}

/** The types for the smoke test of an image: the user's, or the template's own that have enough memory for Jenkins. */
export function smokeTypesFor(
  {given, ofSources, facts}: MachineTypes,
  {source, architecture}: {readonly source: string; readonly architecture: Architecture},
  needsNitro: boolean
): readonly string[] {
  const fits = (type: string): boolean => facts.get(type)?.architectures.includes(architecture) ?? true
  const usable = given.filter(fits)
  if (usable.length > 0) return usable
  const own = (ofBuild(ofSources, source) ?? []).filter((type) => {
    const known = facts.get(type)
    return known?.architectures.includes(architecture) && known.memoryMiB >= leastMemory && (known.nitro || !needsNitro)
  })
  return own.length > 0 ? own : [standardType(architecture)]
}

/**
 * Packer calls a build by its builder's name, with the build's own in front where it has one; legacy JSON by the bare
 * name. Where a part of a name stands for several, none is meant.
 */
export function ofBuild<T>(ofSources: ReadonlyMap<string, T>, build: string): T | undefined {
  const exact = ofSources.get(build)
  if (exact !== undefined) return exact
  const likely = [...ofSources].filter(([name]) => build.endsWith(`.${name}`) || name.endsWith(`.${build}`))
  return likely.length === 1 ? likely[0]?.[1] : undefined
}
