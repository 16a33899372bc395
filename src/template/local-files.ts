import type {Expression} from './expression.ts'
import type {Reading, Setting} from './reading-parts.ts'
import type {Syntax} from './syntax.ts'
import {asText, isList, isMap, unknown, type Value} from './value.ts'
import type {Values} from './values.ts'

/** A file or a folder of this machine that Packer reads. */
export interface LocalFile {
  /** As the template names it; only its known beginning if it is not whole. */
  readonly path: string
  readonly isWhole: boolean
}

/** Settings of provisioners and builders in which the usual plugins read files of the machine that Packer runs on. */
const ofAnyComponent =
  /^(?:scripts?|\w+_file|playbook_(?:files|dir|paths)|inventory_directory|group_vars|host_vars|role_paths|collection_paths|manifest_dir|module_paths|cookbook_paths|local_state_tree|local_pillar_roots)$/

/** How Packer connects and signs in does not go into the image, and names of other machines are none here. */
const elsewhere = /^(?:ssh|winrm|remote|shared_credentials|web_identity_token|use)_/

/** Functions of HCL2 whose first argument is such a file or folder. */
const functions = new Set(['file', 'fileset', 'templatefile'])

/** The files and folders that a template names, as far as they can be known without Packer. */
export function localFilesIn({settings, locals}: Reading, values: Values): LocalFile[] {
  const downloads = new Set(settings.filter((one) => isDownload(one, values)).map(({block}) => block))
  const named = settings
    .filter(({block}) => block === undefined || !downloads.has(block))
    .flatMap((setting) => filesOfSetting(setting, values))
  const ofExpression = (expression: Expression, valuesOf: (argument: Expression) => readonly Value[]): LocalFile[] =>
    argumentsIn(expression.syntax).flatMap((syntax) => {
      const argument = {...expression, syntax}
      return valuesOf(argument).flatMap((value) => filesIn(value, argument, values))
    })
  return [
    ...named,
    ...settings.flatMap((setting) =>
      ofExpression(setting.expression, (expression) => values.ofSetting({...setting, expression}))
    ),
    ...[...locals.values()].flatMap((local) =>
      ofExpression(local.expression, (expression) => [values.of({expression})])
    )
  ]
}

/** The source of a download is a file on the machine under construction; what only Packer knows may be one. */
function isDownload(setting: Setting, values: Values): boolean {
  const {component, name} = setting
  return (
    component === 'file' &&
    name === 'direction' &&
    values.ofSetting(setting).some((value) => value === unknown || value === 'download')
  )
}

function isLocal(component: string, name: string): boolean {
  if (component === 'file' && (name === 'source' || name === 'sources')) return true
  return component !== '' && ofAnyComponent.test(name) && !elsewhere.test(name)
}

function filesOfSetting(setting: Setting, values: Values): LocalFile[] {
  const {component, name, expression, owner} = setting
  if (owner.startsWith('data.')) return []
  const all = values.ofSetting(setting)
  if (isLocal(component, name)) return all.flatMap((value) => filesIn(value, expression, values))
  // Other settings for some builders: `override = {jenkins = {script = …}}`.
  const ofBuilders = name === 'override' ? all.filter(isMap).flatMap((value) => Object.values(value)) : []
  return ofBuilders
    .filter(isMap)
    .flatMap((own) =>
      Object.entries(own).flatMap(([inner, value]) => (isLocal(component, inner) ? textsOf(value) : []))
    )
}

function filesIn(value: Value, expression: Expression, values: Values): LocalFile[] {
  const {syntax} = expression
  if (value === unknown) return [{path: beginningOf(syntax, expression, values), isWhole: false}]
  if (!isList(value) || syntax.kind !== 'list') return textsOf(value)
  return value.flatMap((item, at) => filesIn(item, {...expression, syntax: syntax.items[at] ?? syntax}, values))
}

function textsOf(value: Value): LocalFile[] {
  if (isList(value)) return value.flatMap(textsOf)
  const text = asText(value)
  if (text === undefined || text === '') return []
  // The plugin evaluates it again.
  const [beginning = ''] = text.split('{{')
  return [{path: beginning, isWhole: beginning === text}]
}

/** Of a string with interpolations the parts before the first that only Packer knows. */
function beginningOf(syntax: Syntax, expression: Expression, values: Values): string {
  const texts =
    syntax.kind === 'text'
      ? syntax.parts.map((part) => asText(values.of({expression: {...expression, syntax: part}})))
      : []
  const known = texts.findIndex((text) => text === undefined)
  return texts.slice(0, Math.max(known, 0)).join('')
}

/** The first arguments of the calls of these functions, wherever they are. */
function argumentsIn(syntax: Syntax): Syntax[] {
  switch (syntax.kind) {
    case 'value':
    case 'name':
      return []
    case 'text':
      return syntax.parts.flatMap(argumentsIn)
    case 'member':
      return [syntax.of, syntax.key].flatMap(argumentsIn)
    case 'call':
      return [...(functions.has(syntax.name) ? syntax.given.slice(0, 1) : []), ...syntax.given.flatMap(argumentsIn)]
    case 'list':
      return syntax.items.flatMap(argumentsIn)
    case 'map':
      return syntax.entries.flat().flatMap(argumentsIn)
    case 'choice':
      return [syntax.condition, syntax.yes, syntax.no].flatMap(argumentsIn)
    case 'operation':
      return [syntax.left, syntax.right].flatMap(argumentsIn)
    case 'loop': {
      const {key, value, condition} = syntax.result
      return [syntax.over, value, ...(key ? [key] : []), ...(condition ? [condition] : [])].flatMap(argumentsIn)
    }
  }
}
