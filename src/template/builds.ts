import {InputError} from '../lib/errors.ts'
import {fitsGlob, isPlain} from './glob.ts'
import {builderIn, type BuildBlock, type Reading, type Use} from './reading-parts.ts'
import {asText, isList, type Value} from './value.ts'
import type {Values} from './values.ts'

/** What Packer makes of a builder in one build. */
export interface Build {
  /** The builder, by its own name. */
  readonly source: string
  /** The block in the build that adds to the builder. */
  readonly use?: Use
  /**
   * As `-only` and `-except` of `packer build` know it: `amazon-ebs.own`, or `BUILD.amazon-ebs.own`; in legacy JSON the
   * builder's bare name. Absent: only Packer knows it.
   */
  readonly name?: string
  /** The known end of the name: `.amazon-ebs.own`; empty if none is known. */
  readonly ending: string
  /** Legacy JSON's names have no patterns. */
  readonly legacy: boolean
}

/** Packer's builds: one for each builder that a build names, or adds to. Without builds, one for each builder. */
export function buildsOf(reading: Reading, values: Values): readonly Build[] {
  const found = reading.builds.flatMap((block) => buildsIn(block, reading, values))
  const legacy = reading.blocks.has('builders')
  return found.length > 0
    ? found
    : [...reading.sources].map(([source, {evaluatedName}]) => {
        // In legacy JSON a name may have variables in it.
        const name = evaluatedName ? asText(values.of({expression: evaluatedName})) : source
        return {source, ...(name === undefined ? {} : {name}), ending: name ?? '', legacy}
      })
}

function buildsIn(block: BuildBlock, {sources, settings, uses}: Reading, values: Values): Build[] {
  const ofBlock = settings.filter(({build, within, owner}) => build === block && within === 'build' && owner === '')
  const valuesOf = (wanted: string, among = ofBlock): readonly Value[] =>
    among.filter(({name, isTop}) => name === wanted && isTop).flatMap((setting) => values.ofSetting(setting))
  const [given = null] = valuesOf('name')
  const front = given === null || given === '' ? '' : asText(given)
  const named = (source: string, own: string | undefined): Build => {
    const shared = {source, legacy: false, ending: own === undefined ? '' : `.${own}`}
    if (own === undefined || front === undefined) return shared
    return {...shared, name: front === '' ? own : `${front}.${own}`}
  }
  const listed = valuesOf('sources').flatMap((list) => namesIn(list) ?? [...sources.keys()])
  return [
    ...[...new Set(listed)].map((source) => named(source, source)),
    ...uses.flatMap((use) => {
      if (use.build !== block) return []
      // A block of a builder inside of a build may give it another name.
      const [other = null] = valuesOf(
        'name',
        settings.filter((setting) => setting.use === use)
      )
      const text = asText(other)
      const own = other === null ? use.source : text === undefined ? undefined : `${use.source.split('.')[0]}.${text}`
      return [{...named(use.source, use.isSure ? own : undefined), use}]
    })
  ]
}

/** The names in the list of a build's sources; undefined if they are not known. */
function namesIn(list: Value): string[] | undefined {
  const names = isList(list) ? list.map(asText) : [undefined]
  return names.every((name) => name !== undefined) ? names.map(builderIn) : undefined
}

/** Whether the arguments of Packer choose a build; a build of which that is not known counts as chosen. */
export function isChosen(build: Build, given: readonly string[]): boolean {
  const only = patternsOf('only', given)
  const isMeant = only.length === 0 || only.some((pattern) => matches(pattern, build) ?? true)
  return isMeant && !patternsOf('except', given).some((pattern) => matches(pattern, build) ?? false)
}

/**
 * One error for each `-only` that chooses nothing, and one if nothing is left: Packer would end with the message that
 * there is nothing to do.
 */
export function unmatched(builds: readonly Build[], given: readonly string[]): InputError[] {
  if (builds.length === 0) return []
  const all = builds.map(({name, ending}) => name ?? `*${ending}`).join(', ')
  const errors = patternsOf('only', given)
    .filter((pattern) => builds.every((build) => matches(pattern, build) === false))
    .map((pattern) => new InputError('packer-args', `-only=${pattern} matches no build of the template; it has ${all}`))
  if (errors.length > 0 || builds.some((build) => isChosen(build, given))) return errors
  return [new InputError('packer-args', `-only and -except leave no build of the template to run; it has ${all}`)]
}

function patternsOf(option: 'only' | 'except', given: readonly string[]): string[] {
  return given.flatMap((one) => new RegExp(`^--?${option}=(.*)$`, 's').exec(one)?.[1]?.split(',') ?? [])
}

/** @returns undefined if that is not known */
function matches(pattern: string, {name, ending, legacy}: Build): boolean | undefined {
  if (legacy) return name === undefined ? undefined : pattern === name
  if (name !== undefined) return fitsGlob(pattern, name)
  const last = pattern.slice(pattern.lastIndexOf('*') + 1)
  if (isPlain(last) && !ending.endsWith(last) && !last.endsWith(ending)) return false
  return pattern.startsWith('*') && ending !== '' && fitsGlob(pattern, ending) ? true : undefined
}
