import {jsonExpression, type Expression} from './expression.ts'
import {readHcl, type Body} from './hcl.ts'
import {asObject, parseJson} from './json.ts'

/** What can be known of a template without Packer. */
export interface Reading {
  readonly variables: ReadonlyMap<string, Declaration>
  readonly locals: ReadonlyMap<string, Placed>
  readonly settings: readonly Setting[]
}

/** Where something stands. */
export interface Placed {
  readonly file: string
  readonly expression: Expression
}

/** A variable that a template declares. */
export interface Declaration {
  readonly file: string
  readonly line: number
  /** Whether its value is a text, as far as is declared; a list, a map, a number and so on are not. */
  readonly isText: boolean
  /** Absent: a value must be given. */
  readonly default?: Expression
}

/** A line such as `access_key = …`, wherever it stands. */
export interface Setting extends Placed {
  /** Of the builder, data source or post-processor that it is in, such as `amazon-ebs`; empty outside of all. */
  readonly component: string
  /** Of the block or object around it. */
  readonly within: string
  readonly name: string
}

interface Draft {
  readonly variables: Map<string, Declaration>
  readonly locals: Map<string, Placed>
  readonly settings: Setting[]
}

/** Reads a file of an HCL2 template into what others of the same folder have. */
export function readHclFiles(files: ReadonlyMap<string, string>): Reading {
  const draft: Draft = {variables: new Map(), locals: new Map(), settings: []}
  for (const [file, text] of files) {
    if (file.endsWith('.json')) readJson(draft, file, text, 'hcl2')
    else readBody(draft, file, readHcl(text))
  }
  return draft
}

/** @throws {Error} when it is not JSON, or no template */
export function readLegacyJson(file: string, text: string): Reading {
  if (!('builders' in asObject(parseJson(file, text)))) throw new Error(`${file} is no template: it has no "builders"`)
  const draft: Draft = {variables: new Map(), locals: new Map(), settings: []}
  readJson(draft, file, text, 'legacy')
  return draft
}

function readBody(draft: Draft, file: string, body: Body): void {
  for (const {type, labels, line, attributes, blocks} of body.blocks) {
    const [label = ''] = labels
    const found = (name: string): Expression | undefined => attributes.find((each) => each.name === name)?.expression
    if (type === 'variable') {
      const given = found('default')
      declare(draft, label, {file, line, isText: isTextual(found('type')?.source, given?.source), ...defaulted(given)})
      continue
    }
    if (type === 'variables') {
      attributes.forEach(({name, expression}) =>
        declare(draft, name, {
          file,
          line: expression.line,
          isText: isTextual(undefined, expression.source),
          default: expression
        })
      )
      continue
    }
    if (type === 'locals') attributes.forEach(({name, expression}) => draft.locals.set(name, {file, expression}))
    if (type === 'local') attributes.forEach(({expression}) => draft.locals.set(label, {file, expression}))
    collect(draft, file, '', type, {attributes, blocks}, label)
  }
}

/** `source "amazon-ebs" "x" {…}`, `data "amazon-ami" "x" {…}`, and `source "amazon-ebs.x" {…}` inside of a build. */
function collect(draft: Draft, file: string, around: string, within: string, body: Body, label = ''): void {
  const component = label.split('.')[0] || around
  body.attributes.forEach(({name, expression}) => draft.settings.push({file, component, within, name, expression}))
  body.blocks.forEach((block) => collect(draft, file, component, block.type, block, block.labels[0]))
}

function isTextual(type: string | undefined, given: string | undefined): boolean {
  if (type !== undefined) return /^"?string"?$/.test(type)
  return given === undefined || /^["<]/.test(given)
}

function defaulted(given: Expression | undefined): Pick<Declaration, 'default'> {
  return given === undefined || given.source === 'null' ? {} : {default: given}
}

function declare(draft: Draft, name: string, declaration: Declaration): void {
  if (name !== '') draft.variables.set(name, declaration)
}

function readJson(draft: Draft, file: string, text: string, kind: 'legacy' | 'hcl2'): void {
  const template = asObject(parseJson(file, text))
  const lineOf = (name: string): number => lineOfKey(text, name)
  const at = (name: string, value: unknown): Expression => jsonExpression(value, lineOf(name))
  const sections = kind === 'legacy' ? ['variables'] : ['variables', 'variable']
  for (const [name, value] of sections.flatMap((section) => entriesOf(template[section]))) {
    const given = kind === 'legacy' || typeof value !== 'object' ? value : asObject(value)['default']
    const type = kind === 'legacy' ? 'string' : asObject(value)['type']
    const expression = given === undefined || given === null ? undefined : at(name, given)
    const isText = isTextual(typeof type === 'string' ? type : undefined, expression?.source)
    declare(draft, name, {file, line: lineOf(name), isText, ...defaulted(expression)})
  }
  entriesOf(template['locals']).forEach(([name, value]) => draft.locals.set(name, {file, expression: at(name, value)}))

  const walk = (value: unknown, component: string, within: string): void => {
    if (Array.isArray(value)) return value.forEach((item) => walk(item, component, within))
    const type = kind === 'legacy' ? asObject(value)['type'] : undefined
    const own = typeof type === 'string' ? type : component
    for (const [name, item] of Object.entries(asObject(value))) {
      const isPlain = typeof item !== 'object' || (Array.isArray(item) && item.every((one) => typeof one !== 'object'))
      if (isPlain) draft.settings.push({file, component: own, within, name, expression: at(name, item)})
      else walk(item, kind === 'hcl2' && components.has(within) ? name : own, name)
    }
  }
  for (const [name, value] of Object.entries(template)) {
    if (!['variables', 'variable', 'locals'].includes(name)) walk(value, '', name)
  }
}

/** In HCL2's JSON, what is below these is named after the component: {"source": {"amazon-ebs": {"x": {…}}}}. */
const components = new Set(['source', 'data', 'provisioner', 'post-processor'])

/** A section may be an object or a list of them. */
function entriesOf(section: unknown): [string, unknown][] {
  const objects: readonly unknown[] = Array.isArray(section) ? section : [section]
  return objects.flatMap((object) => Object.entries(asObject(object)))
}

/** The line on which a key is given a value for the first time. */
function lineOfKey(text: string, name: string): number {
  const key = JSON.stringify(name)
  for (let at = text.indexOf(key); at !== -1; at = text.indexOf(key, at + 1)) {
    if (/^\s*:/.test(text.slice(at + key.length, at + key.length + 100))) return text.slice(0, at).split('\n').length
  }
  return 1
}
