import {InputError} from '../lib/errors.ts'
import {fits} from '../lib/pattern.ts'
import type {Values} from './values.ts'
import type {Reading} from './reading-parts.ts'
import {asText, isList} from './value.ts'

/** The names of builds, as `-only` and `-except` of `packer build` know them: `amazon-ebs.own`, or `BUILD.amazon-ebs.own`. */
export interface Builds {
  /** Of one source, by the source's own name; none if only Packer knows its name. */
  readonly ofSources: ReadonlyMap<string, readonly string[]>
  /** Others may have names that only Packer knows. */
  readonly mayBeMore: boolean
}

export function buildsOf(reading: Reading, values: Values): Builds {
  const {sources, settings} = reading
  const used = usedIn(reading, values)
  const named = settings
    .filter(({name, within, owner}) => name === 'name' && within === 'build' && owner === '')
    .flatMap((setting) => values.ofSetting(setting).map(asText))
  // A block of a source inside of a build may give it another name.
  const renamed = (source: string): (string | undefined)[] =>
    settings
      .filter(({name, owner, isTop, within}) => name === 'name' && isTop && within === 'source' && owner === source)
      .flatMap((setting) => values.ofSetting(setting).map(asText))
  const prefixes = ['', ...named.flatMap((name) => (name === undefined ? [] : [`${name}.`]))]
  const ofSources = [...sources]
    .filter(([name]) => !used || used.has(name))
    .map(([name, {type, evaluatedName}]): [string, string[]] => {
      if (evaluatedName) return [name, [asText(values.of({expression: evaluatedName}))].flatMap((text) => text ?? [])]
      const own = [name, ...renamed(name).flatMap((other) => (other === undefined ? [] : [`${type}.${other}`]))]
      return [name, prefixes.flatMap((prefix) => own.map((one) => `${prefix}${one}`))]
    })
  return {
    ofSources: new Map(ofSources),
    mayBeMore:
      named.includes(undefined) ||
      ofSources.some(([, names]) => names.length === 0) ||
      [...sources.keys()].some((name) => renamed(name).includes(undefined))
  }
}

/** The sources that builds name; undefined if they are not known, or there are no builds. */
function usedIn({settings, inBuilds}: Reading, values: Values): ReadonlySet<string> | undefined {
  const lists = settings.filter(({name, within, owner}) => name === 'sources' && within === 'build' && owner === '')
  const named = lists.flatMap((setting) => values.ofSetting(setting))
  if (!named.every((value) => isList(value) && value.every((one) => asText(one) !== undefined))) return undefined
  const names = named.flatMap((value) => (isList(value) ? value.flatMap((one) => asText(one) ?? []) : []))
  const used = new Set([...names.map((name) => name.replace(/^source\./, '')), ...inBuilds])
  return used.size === 0 ? undefined : used
}

/** Whether the arguments of Packer choose one of these names, or may choose a name that only Packer knows. */
export function isChosen(names: readonly string[], given: readonly string[]): boolean {
  if (names.length === 0) return true
  const only = patternsOf('only', given)
  const isMeant = only.length === 0 || names.some((one) => only.some((pattern) => fits(pattern, one) ?? true))
  return isMeant && !names.every((one) => patternsOf('except', given).some((pattern) => fits(pattern, one) ?? false))
}

/** One error for each `-only` that chooses nothing: Packer would end with the message that there is nothing to do. */
export function unmatched({ofSources, mayBeMore}: Builds, given: readonly string[]): InputError[] {
  if (mayBeMore || ofSources.size === 0) return []
  const all = [...ofSources.values()].flat()
  return patternsOf('only', given)
    .filter((pattern) => all.every((name) => fits(pattern, name) === false))
    .map(
      (pattern) =>
        new InputError('packer-args', `-only=${pattern} matches no build of the template; it has ${all.join(', ')}`)
    )
}

function patternsOf(option: 'only' | 'except', given: readonly string[]): string[] {
  const values = given.flatMap((one) => new RegExp(`^--?${option}=(.*)$`, 's').exec(one)?.[1]?.split(',') ?? [])
  return values.map((value) => value.trim())
}
