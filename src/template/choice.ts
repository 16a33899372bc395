import * as path from 'node:path'
import {Values, type Sources} from './values.ts'
import {fillsText, takesOurs} from './template-values.ts'
import {sourcesOf, type TemplateSource} from './sources.ts'
import type {Syntax} from './syntax.ts'
import {regionName} from './aws-names.ts'
import {asText, isMap, textsIn, unknown, type Value} from './value.ts'

/** Which of a template's variables the action fills in. */
export interface Choice {
  readonly filled: ReadonlySet<string>
  /** Those of them that Packer refuses to be without, and that nothing else gives a value. */
  readonly unset: ReadonlySet<string>
  readonly replaced: readonly Replaced[]
  readonly ownTags: Readonly<Record<string, string | null>>
}

/** A value of the template's, or of a variables file, that an input replaces. */
export interface Replaced {
  readonly variable: string
  readonly input: string
  /** Absent: it is not to be shown, or has no short form. */
  readonly before?: string
}

export interface ChoiceRequest {
  /** Variables whose inputs were given, with the inputs. */
  readonly insisted: ReadonlyMap<string, string>
  readonly legacy: boolean
  /** The shipped template's defaults are the action's own. */
  readonly takesAll: boolean
  /** Those of Packer that the user gave: only the builds that they choose count. */
  readonly arguments: readonly string[]
}

/** Elsewhere, nothing could be found and removed. */
const always = new Map([['region', 'aws-region']])

/**
 * The template's own values are kept: the action fills in variables that it leaves open, and those that the user gave
 * as an input. The action's defaults replace no value of the template.
 */
export function choose(sources: Sources, request: ChoiceRequest): Choice {
  const {insisted, legacy, takesAll} = request
  const {reading, vars, files, env} = sources
  const values = new Values(sources)
  const builders = sourcesOf(reading, values, request.arguments)
  const unusable = emptied(sources, values, builders, legacy)
  const onImage = builders.filter((source) => source.isVariable('source_ami'))
  const needsImage = onImage.some((source) => needs(source, 'source_ami'))
  const isSaid = (name: string): boolean =>
    !unusable.has(name) &&
    (files.some((file) => file.values.has(name)) ||
      env[`PKR_VAR_${name}`] !== undefined ||
      (!takesAll && reading.variables.get(name)?.default !== undefined))
  const isFilled = (name: string): boolean => {
    if (!legacy && !takesOurs(name, reading.variables.get(name)?.kind ?? 'untyped')) return false
    if (name === 'tags' && !legacy) return takesTags(sources, values)
    if (name === 'region' && isOwnKey(values.ofVariableItself(name), builders)) return false
    if (Object.hasOwn(vars, name)) return false
    if (name === 'instance_type' && isForSpotTypes(sources, request)) return false
    // Beside a filter Packer would look for an image that is both; an empty one leaves the choice to the filter.
    if (name === 'source_ami' && onImage.length > 0 && !needsImage && !insisted.has(name)) return false
    return always.has(name) || insisted.has(name) || !isSaid(name)
  }
  const filled = new Set([...reading.variables.keys()].filter(isFilled))
  const inputs = new Map([...insisted, ...always])
  return {
    filled,
    unset: new Set([...filled].filter((name) => values.ofVariableItself(name) === undefined)),
    replaced: takesAll
      ? []
      : [...inputs].flatMap(([variable, input]) => {
          if (!filled.has(variable) || variable === 'tags') return []
          const value = values.ofVariableItself(variable)
          return isNothing(value) ? [] : [{variable, input, ...shown(sources, variable, value)}]
        }),
    ownTags: filled.has('tags') ? textsOfMap(values.ofVariableItself('tags')) : {}
  }
}

/** `null` and an empty string are placeholders: an input that gives a value replaces nothing. */
function isNothing(value: Value | undefined): value is undefined | null | '' {
  return value === undefined || value === null || value === ''
}

/**
 * Whether a variable `region` is the template's own: no builder has its region from it (but its copies, perhaps), and no
 * data source, or it is a name of the template's for one (`use1`), or another cloud's.
 */
export function isOwnKey(value: Value | undefined, builders: readonly TemplateSource[]): boolean {
  if (typeof value !== 'string' || value === '' || builders.length === 0) return false
  if (builders.some((builder) => builder.isVariable('region') || builder.looksUpIn('region'))) return false
  return !regionName.test(value) || builders.every((builder) => !builder.reads('region', 'region'))
}

/** Whether a source image cannot be one: `enter-yours`, or empty. */
function isPlaceholder(value: Value | undefined): boolean {
  return typeof value === 'string' && !/^ami-[0-9a-f]{8,17}$/.test(value)
}

/** Packer insists on these; the variable that is the setting asks for a value where its own is empty. */
const indispensable = new Set(['ami_name', 'instance_type', 'ssh_username', 'source_ami'])

/**
 * Variables with an empty value that asks for another one: if they are a setting that a builder needs, and in legacy
 * JSON, which has no other way to ask, those that the action has a value for, by an empty default. A setting with more
 * than the variable in it has a value without it.
 */
function emptied(
  {reading: {variables}, files, env}: Sources,
  values: Values,
  builders: readonly TemplateSource[],
  legacy: boolean
): Set<string> {
  const isGiven = (name: string): boolean =>
    files.some((file) => file.values.has(name)) || env[`PKR_VAR_${name}`] !== undefined
  const hasEmptyDefault = (name: string): boolean => isEmpty(variables.get(name)?.default?.syntax)
  const ofLegacy = legacy
    ? [...variables.keys()].filter((name) => hasEmptyDefault(name) && fillsText(name) && !isGiven(name))
    : []
  const found = builders.flatMap((source) =>
    [...indispensable].filter((name) => {
      const value = values.ofVariableItself(name)
      const isUseless = isNothing(value) || (name === 'source_ami' && isPlaceholder(value))
      const isAsked = isGiven(name) ? isUseless : hasEmptyDefault(name)
      return source.isVariable(name) && isAsked && needs(source, name)
    })
  )
  return new Set([...ofLegacy, ...found])
}

/** Whether Packer insists on this setting of a builder, which another one may stand in for. */
function needs(source: TemplateSource, name: string): boolean {
  switch (name) {
    case 'source_ami':
      return !source.has('source_ami_filter')
    case 'instance_type':
      return spotTypes(source).isWhole && spotTypes(source).texts.length === 0
    case 'ssh_username':
      return !['winrm', 'none'].includes(source.text('communicator') ?? 'ssh')
    default:
      return true
  }
}

/**
 * Whether the variable `instance_type` may only stay empty: Packer refuses a type beside `spot_instance_types`
 * (packer-plugin-amazon, common/run_config.go).
 */
function isForSpotTypes(sources: Sources, {legacy, arguments: given}: ChoiceRequest): boolean {
  // Only legacy JSON has variables that nobody declares.
  if (!legacy && sources.reading.variables.get('instance_type')?.default === undefined) return false
  // The list may be there only where the type is empty.
  const values = new Values(sources, new Map([['instance_type', 't3.medium']]))
  const users = sourcesOf(sources.reading, values, given).filter((source) => source.isVariable('instance_type'))
  return users.length > 0 && users.every((source) => spotTypes(source).texts.length > 0)
}

function spotTypes(source: TemplateSource): ReturnType<typeof textsIn> {
  return textsIn(source.value('spot_instance_types'))
}

function isEmpty(syntax: Syntax | undefined): boolean {
  return syntax?.kind === 'value' && (syntax.value === '' || syntax.value === null)
}

/**
 * The bake's tags are a map of strings: a variable `tags` with another value has another purpose, and is left to the
 * template.
 */
function takesTags({vars}: Sources, values: Values): boolean {
  if (Object.hasOwn(vars, 'tags')) return false
  const value = values.ofVariableItself('tags')
  return (
    value === undefined ||
    value === null ||
    (isMap(value) && Object.values(value).every((one) => one === null || asText(one) !== undefined))
  )
}

function textsOfMap(value: Value | undefined): Record<string, string | null> {
  if (value === undefined || value === unknown || !isMap(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      // The template may tell a tag without a value from one that is not there.
      const text = one === null ? null : asText(one)
      return text === undefined ? [] : [[name, text]]
    })
  )
}

function shown({reading}: Sources, variable: string, value: Value): Pick<Replaced, 'before'> {
  if (reading.variables.get(variable)?.sensitive) return {}
  const text = value === unknown ? undefined : (asText(value) ?? JSON.stringify(value))
  return text === undefined ? {} : {before: text}
}

/** A warning about a variable `tags` that does not take the bake's tags, although it looks as if it did. */
export function closedTags({reading: {variables}, vars}: Sources): string[] {
  const tags = variables.get('tags')
  if (tags?.kind !== 'object' || Object.hasOwn(vars, 'tags')) return []
  return [
    `${path.basename(tags.file)} line ${tags.line}: the variable 'tags' takes its type from its default, and Packer drops every tag that the default does not have. ` +
      "The bake's own tags are not given to it, so that the sweep action cannot find what a lost runner leaves. Give the variable type = map(string)."
  ]
}
