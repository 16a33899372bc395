import {InputError} from '../lib/errors.ts'
import type {Architecture} from '../inputs/distributions.ts'
import type {TemplateSource} from '../template/sources.ts'
import {textsIn, unknown} from '../template/value.ts'
import {typesIn, type MachineTypes} from './machine-types.ts'

const architectures: readonly Architecture[] = ['x86_64', 'arm64']

/**
 * Checks that one image can be for all builders that start from the variable source_ami. A builder whose types AWS does
 * not describe is left to the launch.
 *
 * @throws {InputError} when they have machines of different architectures
 */
export function checkSharedImage(types: MachineTypes, sources: readonly TemplateSource[]): void {
  const builders = sources.filter(isOnVariable).flatMap((source) => machinesOf(source, types) ?? [])
  const isForAll = (one: Architecture): boolean => builders.every(({able}) => able.includes(one))
  if (architectures.some(isForAll)) return
  const described = builders.map(({name, from, able}) => `${name} (${from}, ${able.join(' or ')})`)
  throw new InputError(
    'template',
    `has builders of different architectures on one image, the variable source_ami: ${[...new Set(described)].join(', ')}. ` +
      "Give each of them a source_ami_filter of its own with an 'architecture', or choose those of one architecture with -only= in 'packer-args'"
  )
}

/** An empty one leaves the choice to the builder's filter. */
function isOnVariable(source: TemplateSource): boolean {
  const value = source.value('source_ami')
  return source.isVariable('source_ami') && value !== '' && value !== null
}

interface Machines {
  readonly name: string
  /** The types, and the input that they are from. */
  readonly from: string
  /** Of at least one type each. */
  readonly able: readonly Architecture[]
}

/** @returns undefined where not all of its types are known */
function machinesOf(source: TemplateSource, {given, facts}: MachineTypes): Machines | undefined {
  const takesGiven = given.length > 0 && source.isVariable('instance_type') && source.value('instance_type') === unknown
  const names = takesGiven ? given : typesIn(source)
  const spot = textsIn(source.value('spot_instance_types'))
  const areAll = takesGiven || source.text('instance_type') !== undefined || spot.isWhole
  if (!areAll || !names.every((name) => facts.has(name))) return undefined
  const able = architectures.filter((one) => names.some((name) => facts.get(name)?.architectures.includes(one)))
  if (able.length === 0) return undefined
  return {name: source.name, from: `${names.join(' ')}${takesGiven ? " of 'instance-types'" : ''}`, able}
}
