import {quoted} from '../lib/parse.ts'
import {InputError} from '../lib/errors.ts'
import type {Declaration} from './reading-parts.ts'
import {isOwnKey} from './choice.ts'
import {fitsType} from './convert.ts'
import {absentValues, takesOurs, typeFor, type TemplateValues} from './template-values.ts'
import type {Template} from './template.ts'
import type {Value} from './value.ts'
import {typeOfDefault} from './values.ts'

/** The variables through which an input reaches the template. */
const carriers: Readonly<Record<string, readonly (keyof TemplateValues)[]>> = {
  'source-ami': ['source_ami', 'root_device_name'],
  'ssh-username': ['ssh_username'],
  'instance-types': ['instance_type'],
  'instance-profile': ['instance_profile'],
  'volume-size': ['volume_size'],
  'kms-key-id': ['kms_key_id'],
  'connect-via': ['connect_via'],
  'subnet-ids': ['subnet_id'],
  'allowed-cidrs': ['allowed_cidrs'],
  'ami-name-prefix': ['ami_name'],
  'jenkins-version': ['jenkins_version'],
  'java-version': ['java_version'],
  'jenkins-repository-url': ['jenkins_repository_url'],
  'jenkins-repository-key-fingerprint': ['jenkins_repository_key_fingerprint'],
  'jenkins-plugins': ['jenkins_files'],
  'jenkins-casc': ['jenkins_files'],
  'jenkins-update-center-url': ['jenkins_update_center_url'],
  'allow-anonymous': ['allow_anonymous'],
  'setup-script': ['setup_script'],
  tags: ['tags']
}

/** The smoke test uses these, too, so that a template need not declare their variables. */
const alsoUsed = new Set(['instance-types', 'connect-via', 'subnet-ids', 'allowed-cidrs'])

/**
 * If the action looks up a version for the template, this input names the repository; the template may install from
 * another one.
 */
const alsoCarriedBy: Readonly<Record<string, keyof TemplateValues>> = {'jenkins-repository-url': 'jenkins_version'}

/**
 * The action's own: with another value, the action could not find and remove Packer's resources. Each with the input to
 * use.
 */
const reserved = new Map([
  ['region', 'aws-region'],
  ['tags', 'tags']
])

/**
 * The variables of the inputs that were given, with these inputs: they take precedence over defaults and variables
 * files.
 */
export function insistedOn(given: ReadonlySet<string>): Map<string, string> {
  return new Map([...given].flatMap((input) => (carriers[input] ?? []).map((variable) => [variable, input] as const)))
}

/**
 * One error for each input that was given and that this template cannot use.
 *
 * @param allowedCidrs the value of that input: a variable may take a certain number of ranges
 */
export function unusedInputs(
  template: Template,
  given: ReadonlySet<string>,
  allowedCidrs: readonly string[] = []
): InputError[] {
  return Object.entries(carriers)
    .filter(([input, [variable = '']]) => given.has(input) && (!alsoUsed.has(input) || template.declared.has(variable)))
    .filter(([input]) => !isRead(template, alsoCarriedBy[input] ?? ''))
    .flatMap(([input, [variable = '']]) => {
      if (!takes(template, variable, allowedCidrs)) return [unfit(template, input, variable)]
      return alsoUsed.has(input) || isRead(template, variable) ? [] : [unread(template, input, variable)]
    })
}

function isRead({declared, unused}: Template, variable: string): boolean {
  return declared.has(variable) && !unused.has(variable)
}

function unread({path}: Template, input: string, variable: string): InputError {
  return new InputError(
    input,
    `has no effect: nothing in the template ${path} uses the variable '${variable}'. Use it there, or leave the input out.`
  )
}

function unfit({path, declared}: Template, input: string, variable: string): InputError {
  const declaration = declared.get(variable)
  if (!declaration) {
    return new InputError(
      input,
      `has no effect: the template ${path} declares no variable '${variable}'. Declare it there, or leave the input out.`
    )
  }
  const type = typeFor(variable)
  if (typeOfDefault(declaration)) {
    return new InputError(
      input,
      `has no effect: the variable '${variable}' of the template ${path} has the type of its default, which this does not fit. Give it the type ${type}, or leave the input out.`
    )
  }
  return new InputError(
    input,
    `has no effect: the variable '${variable}' of the template ${path} has another type. Give it the type ${type}, or leave the input out.`
  )
}

function takes({declared, variables, legacy}: Template, variable: string, allowedCidrs: readonly string[]): boolean {
  if (variable === 'tags') return variables.has(variable)
  const declaration = declared.get(variable)
  if (!declaration || legacy) return declaration !== undefined
  if (declaration.kind === 'tuple' && !fitsType(allowedCidrs, typeOfDefault(declaration), true)) return false
  return takesOurs(variable, declaration.kind)
}

/** The problems with the user's own values for variables. No message shows a value, because it may be a secret. */
export function unusableVars(template: Template): InputError[] {
  return Object.entries(template.vars).flatMap(([name, value]) => problemWith(name, value, template) ?? [])
}

function problemWith(name: string, value: string, template: Template): InputError | undefined {
  const {declared, legacy} = template
  const input = reserved.get(name)
  const isOurs =
    (legacy ? name !== 'tags' : takesOurs(name, declared.get(name)?.kind ?? 'text')) &&
    !(name === 'region' && isOwnKey(value, template.sources))
  if (input && isOurs) return new InputError('vars', `'${name}' is filled in by the action: set the input '${input}'`)
  // Packer ignores it silently.
  if (!declared.has(name)) return new InputError('vars', `the template ${template.path} declares no variable '${name}'`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON has no other values
  const given = JSON.parse(jsonOf(value, declared.get(name))) as Value
  const text = JSON.stringify(given)
  if (text.includes('{{')) {
    return new InputError(
      'vars',
      `'${name}' has {{ in it, written as JSON escapes, which Packer would evaluate; if it is meant to, put it into a file of 'var-files'`
    )
  }
  // HCL2 normalizes every string (https://github.com/zclconf/go-cty/blob/main/docs/types.md).
  if (!legacy && text !== text.normalize('NFC')) {
    return new InputError(
      'vars',
      `'${name}' has combining accents, which Packer would normalize; write each letter as one character (Unicode NFC)`
    )
  }
  return legacy ? undefined : misfit(name, given, template)
}

/** A value that Packer would refuse, or would take less of. */
function misfit(name: string, value: Value, {path, declared}: Template): InputError | undefined {
  const declaration = declared.get(name)
  const ofDefault = declaration && typeOfDefault(declaration)
  if (ofDefault) {
    if (fitsType(value, ofDefault, true)) return undefined
    return new InputError(
      'vars',
      `'${name}' does not fit its default in the template ${path}, from which Packer takes the type of a variable that has none. ` +
        'Give it one there, such as list(string) or map(string)'
    )
  }
  if (fitsType(value, declaration?.type, false)) return undefined
  return new InputError('vars', `'${name}' is not of the type that the variable has in the template ${path}`)
}

/**
 * The JSON variables file for a template: the action's values that it declares, and the user's own.
 *
 * @throws {Error} when a value of the action's would be evaluated by Packer's template engine
 */
export function variablesFile(template: Template, values: TemplateValues): string {
  const absent = Object.entries(absentValues).filter(([name]) => template.unset.has(name))
  const used = [...absent, ...Object.entries(values).filter(([name]) => template.variables.has(name))]
  const known = Object.fromEntries(
    template.legacy ? used.flatMap(asText) : used.map((one) => asDeclared(one, template))
  )
  // Plugins evaluate `{{ … }}` in many strings a second time (packer-plugin-sdk, interpolate).
  if (JSON.stringify(known).includes('{{')) {
    throw new Error('a value for the template contains {{, which Packer would evaluate')
  }
  // The template's own values may be meant to be evaluated.
  const whole =
    template.variables.has('tags') && !template.legacy ? {...known, tags: {...template.ownTags, ...values.tags}} : known
  const lines = new Map([
    ...Object.entries(whole).map(([name, value]): [string, string] => [name, JSON.stringify(value)]),
    ...Object.entries(template.vars).map(([name, value]): [string, string] => [
      name,
      jsonOf(value, template.declared.get(name))
    ])
  ])
  return inAscii(`{\n${[...lines].map(([name, json]) => `  ${JSON.stringify(name)}: ${json}`).join(',\n')}\n}\n`)
}

/**
 * The same JSON with `\u…` for every character beyond ASCII. HCL's reader of JSON goes by grapheme clusters
 * (https://github.com/hashicorp/hcl/blob/main/json/scanner.go), so it takes a quotation mark that follows a prepended
 * mark, such as U+0890, for a part of that character and not for the end of the string.
 */
function inAscii(json: string): string {
  return json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The log's message about each value that an input replaces, where the template uses it. */
export function replacements(template: Template, values: TemplateValues): string[] {
  const known = new Map<string, unknown>(Object.entries(values))
  return template.replaced.flatMap(({variable, input, before}) => {
    const value = known.get(variable)
    if (value === undefined || template.unused.has(variable)) return []
    const now = typeof value === 'string' ? value : JSON.stringify(value)
    if (now === before) return []
    const instead = before === undefined ? 'in place of a value that is not shown' : `in place of ${quoted(before)}`
    return [`The template's variable ${variable} is ${quoted(now)}, from the input '${input}', ${instead}`]
  })
}

/** A string takes a list as in legacy JSON. */
function asDeclared([name, value]: [string, unknown], {declared}: Template): [string, unknown] {
  return [name, Array.isArray(value) && declared.get(name)?.kind === 'text' ? value.join(',') : value]
}

/** Legacy JSON has only strings, and reads one with commas as a list. It has no form for a map. */
function asText([name, value]: [string, unknown]): [string, string][] {
  if (Array.isArray(value)) return [[name, value.join(',')]]
  return ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : []
}

/**
 * A list, map, number or bool is written as in JSON. A number that would lose digits (`1.30`) is written as a string:
 * Packer converts it if the variable is a number.
 */
function jsonOf(value: string, declaration: Declaration | undefined): string {
  if (!declaration || declaration.kind === 'text' || declaration.kind === 'untyped') return JSON.stringify(value)
  try {
    JSON.parse(value)
  } catch {
    return JSON.stringify(value)
  }
  return value.replace(token, (found) => (isAsWritten(found) ? found : `"${found}"`))
}

/** Packer's numbers have digits enough, but for noughts at the end. */
function isAsWritten(found: string): boolean {
  return found.startsWith('"') || !/^-?\d+\.\d*0$/.test(found)
}

/** A string or a number of JSON. */
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
