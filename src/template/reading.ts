import {jsonExpression, type Expression} from './expression.ts'
import {readHcl, type Attribute, type Body} from './hcl.ts'
import {asObject, parseJson} from './json.ts'
import {kindOf, typeIn, type VariableKind} from './variable-type.ts'

/** The facts about a template that can be known without Packer. */
export interface Reading {
  readonly variables: ReadonlyMap<string, Declaration>
  readonly locals: ReadonlyMap<string, Placed>
  readonly settings: readonly Setting[]
  /** Builders that the template has, by their names: `amazon-ebs.own`; in legacy JSON the builder's bare name. */
  readonly sources: ReadonlyMap<string, SourceBlock>
  /** Builders that builds name by a block of their own. */
  readonly inBuilds: ReadonlySet<string>
  /** The types of all blocks, `hcp_packer_registry` for one. */
  readonly blocks: ReadonlySet<string>
}

export interface SourceBlock {
  readonly type: string
  readonly file: string
  readonly line: number
}

/** A place in a file. */
export interface Placed {
  readonly file: string
  readonly expression: Expression
}

/** A variable that a template declares. */
export interface Declaration {
  readonly file: string
  readonly line: number
  readonly kind: VariableKind
  /** Absent: a value must be given. */
  readonly default?: Expression
  /** Its value must not be shown anywhere. */
  readonly sensitive: boolean
}

/** A line such as `access_key = …`, anywhere in the template. */
export interface Setting extends Placed {
  /** Of the builder, data source or post-processor that it is in, such as `amazon-ebs`; empty outside of all. */
  readonly component: string
  /** Of the builder that it is in, such as `amazon-ebs.own`, or of the data source, `data.amazon-ami.base`; empty outside of all. */
  readonly owner: string
  /** Of the block or object around it. */
  readonly within: string
  /** Not in a block inside of the builder. */
  readonly isTop: boolean
  readonly name: string
  /** The dynamic blocks around it, which repeat it, outermost first. */
  readonly loops: readonly Loop[]
}

/** `dynamic "assume_role" { for_each = … }`. */
interface Loop {
  /** The iterator's name. */
  readonly name: string
  readonly over: Expression
}

interface Draft {
  readonly variables: Map<string, Declaration>
  readonly locals: Map<string, Placed>
  readonly settings: Setting[]
  readonly sources: Map<string, SourceBlock>
  readonly inBuilds: Set<string>
  readonly blocks: Set<string>
}

function newDraft(): Draft {
  return {
    variables: new Map(),
    locals: new Map(),
    settings: [],
    sources: new Map(),
    inBuilds: new Set(),
    blocks: new Set()
  }
}

/** Reads the files of an HCL2 template. */
export function readHclFiles(files: ReadonlyMap<string, string>): Reading {
  const draft = newDraft()
  for (const [file, text] of files) {
    if (file.endsWith('.json')) readJson(draft, file, text, 'hcl2')
    else readBody(draft, file, readHcl(text))
  }
  return draft
}

/** @throws {Error} when it is not JSON, or not a template */
export function readLegacyJson(file: string, text: string): Reading {
  if (!('builders' in asObject(parseJson(file, text))))
    throw new Error(`${file} is not a template: it has no "builders"`)
  const draft = newDraft()
  readJson(draft, file, text, 'legacy')
  declareUsed(draft, file, text)
  return draft
}

/** In legacy JSON a variable that is used can be given a value, declared or not. */
function declareUsed(draft: Draft, file: string, text: string): void {
  for (const {1: name = '', index} of text.matchAll(/\{\{-?\s*user\s+(?:`|\\")([\w-]+)(?:`|\\")\s*(?:-?\}\}|\|)/g)) {
    if (draft.variables.has(name)) continue
    declare(draft, name, {file, line: text.slice(0, index).split('\n').length, kind: 'text', sensitive: false})
  }
}

function readBody(draft: Draft, file: string, body: Body): void {
  for (const {type, labels, line, attributes, blocks} of body.blocks) {
    const [label = ''] = labels
    const found = (name: string): Expression | undefined => expressionIn(attributes, name)
    draft.blocks.add(type)
    if (type === 'variable') {
      const given = found('default')
      const kind = kindOf(found('type')?.syntax, given)
      const sensitive = found('sensitive')?.source.startsWith('true') ?? false
      declare(draft, label, {file, line, kind, sensitive, ...(given ? {default: given} : {})})
      continue
    }
    if (type === 'variables') {
      attributes.forEach(({name, expression}) =>
        declare(draft, name, {
          file,
          line: expression.line,
          kind: kindOf(undefined, expression),
          default: expression,
          sensitive: false
        })
      )
      continue
    }
    if (type === 'locals') attributes.forEach(({name, expression}) => draft.locals.set(name, {file, expression}))
    const value = type === 'local' ? found('expression') : undefined
    if (value) draft.locals.set(label, {file, expression: value})
    const owner = ownerOf(type, labels)
    if (type === 'source') draft.sources.set(owner, {type: label, file, line})
    const component = type === 'source' || type === 'data' ? label : ''
    collect(draft, {file, component, owner, within: type, isTop: true, loops: []}, {attributes, blocks})
  }
}

function ownerOf(type: string, labels: readonly string[]): string {
  return type === 'source' ? labels.join('.') : type === 'data' ? ['data', ...labels].join('.') : ''
}

type Around = Omit<Setting, 'name' | 'expression'>

function collect(draft: Draft, around: Around, body: Body): void {
  body.attributes.forEach(({name, expression}) => draft.settings.push({...around, name, expression}))
  for (const {type, labels, attributes, blocks} of body.blocks) {
    const [label = ''] = labels
    draft.blocks.add(type)
    if (type === 'dynamic') {
      collectDynamic(draft, {...around, within: label, isTop: false}, {attributes, blocks}, label)
      continue
    }
    // `source "source.amazon-ebs.x" {…}` and `source "amazon-ebs.x" {…}` inside of a build add to what is outside.
    const source = type === 'source' ? label.replace(/^source\./, '') : undefined
    if (source !== undefined) draft.inBuilds.add(source)
    const inner =
      source === undefined
        ? {...around, component: nests.has(type) ? label : around.component, within: type, isTop: false}
        : {...around, component: source.split('.')[0] ?? '', owner: source, within: type, isTop: true}
    collect(draft, inner, {attributes, blocks})
  }
}

/** Blocks inside of a build that are named after a component. */
const nests = new Set(['provisioner', 'post-processor', 'error-cleanup-provisioner'])

function collectDynamic(draft: Draft, around: Around, {attributes, blocks}: Body, label: string): void {
  const over = expressionIn(attributes, 'for_each')
  const name = expressionIn(attributes, 'iterator')?.source ?? label
  const loops = over ? [...around.loops, {name, over}] : around.loops
  blocks
    .filter(({type}) => type === 'content')
    .forEach((content) => collect(draft, {...around, loops}, {attributes: content.attributes, blocks: content.blocks}))
}

function expressionIn(attributes: readonly Attribute[], wanted: string): Expression | undefined {
  return attributes.find(({name}) => name === wanted)?.expression
}

function declare(draft: Draft, name: string, declaration: Declaration): void {
  if (name !== '') draft.variables.set(name, declaration)
}

function readJson(draft: Draft, file: string, text: string, kind: 'legacy' | 'hcl2'): void {
  const template = asObject(parseJson(file, text))
  const lineOf = (name: string): number => lineOfKey(text, name)
  const at = (name: string, value: unknown): Expression => jsonExpression(value, lineOf(name), kind)
  const sensitive = new Set(Array.isArray(template['sensitive-variables']) ? template['sensitive-variables'] : [])
  const sections = kind === 'legacy' ? ['variables'] : ['variables', 'variable']
  for (const [name, value] of sections.flatMap((section) => entriesOf(template[section]))) {
    const isBare = kind === 'legacy' || typeof value !== 'object'
    const [block = {}] = isBare ? [] : [Array.isArray(value) ? asObject(value[0]) : asObject(value)]
    const given = isBare ? value : block['default']
    // In legacy JSON a null asks for a value; in HCL2 it is one.
    const expression = given === undefined || (given === null && kind === 'legacy') ? undefined : at(name, given)
    declare(draft, name, {
      file,
      line: lineOf(name),
      kind: kind === 'legacy' ? 'text' : kindOf(typeIn(block['type']), expression),
      sensitive: sensitive.has(name) || block['sensitive'] === true,
      ...(expression ? {default: expression} : {})
    })
  }
  entriesOf(template['locals']).forEach(([name, value]) => draft.locals.set(name, {file, expression: at(name, value)}))
  if (kind === 'hcl2') {
    for (const [name, block] of entriesOf(template['local'])) {
      const value = asObject(block)['expression']
      if (value !== undefined) draft.locals.set(name, {file, expression: at(name, value)})
    }
  }
  for (const [name, value] of Object.entries(template)) {
    draft.blocks.add(name)
    if (['variables', 'variable', 'locals', 'local'].includes(name)) continue
    const around = {file, component: '', owner: '', within: name, isTop: true, loops: []}
    if (kind === 'legacy') walkLegacy(draft, {around, at, lineOf}, value)
    else walkHcl(draft, {around, at, lineOf}, value, name)
  }
}

interface Walk {
  readonly around: Around
  readonly at: (name: string, value: unknown) => Expression
  readonly lineOf: (name: string) => number
}

function walkLegacy(draft: Draft, {around, at, lineOf}: Walk, value: unknown): void {
  if (Array.isArray(value)) return value.forEach((item) => walkLegacy(draft, {around, at, lineOf}, item))
  const {type, name: given} = asObject(value)
  const isComponent = typeof type === 'string' && around.owner === ''
  const name = typeof given === 'string' ? given : type
  const isSource = isComponent && around.within === 'builders'
  if (isSource) draft.sources.set(String(name), {type, file: around.file, line: lineOf('builders')})
  const inner = isComponent ? {...around, component: type, owner: isSource ? String(name) : ''} : around
  for (const [key, item] of Object.entries(asObject(value))) {
    draft.settings.push({...inner, name: key, expression: at(key, item)})
    if (isPlain(item)) continue
    walkLegacy(draft, {around: {...inner, within: key, isTop: false}, at, lineOf}, item)
  }
}

/** In HCL2's JSON, what is below `source` and its like is named after the component: {"source": {"amazon-ebs": {"x": {…}}}}. */
function walkHcl(draft: Draft, walk: Walk, value: unknown, kind: string, labels: readonly string[] = []): void {
  if (Array.isArray(value)) return value.forEach((item) => walkHcl(draft, walk, item, kind, labels))
  const {around} = walk
  const isOutside = around.owner === '' && around.within === kind && around.isTop
  const depth = isOutside && (kind === 'source' || kind === 'data') ? 2 : labelled.has(kind) ? 1 : 0
  for (const [key, item] of Object.entries(asObject(value))) {
    const named = [...labels, key]
    if (named.length <= depth) {
      const inner = named.length === depth ? labelledAs(draft, walk, kind, named) : around
      walkHcl(draft, {...walk, around: inner}, item, kind, named)
      continue
    }
    draft.blocks.add(key)
    if (key === 'dynamic') {
      walkDynamic(draft, walk, item)
      continue
    }
    if (!labelled.has(key)) draft.settings.push({...around, name: key, expression: walk.at(key, item)})
    if (!isPlain(item)) walkHcl(draft, {...walk, around: {...around, within: key, isTop: false}}, item, key)
  }
}

const labelled = new Set(['source', 'data', ...nests])

function labelledAs(draft: Draft, {around, lineOf}: Walk, kind: string, labels: readonly string[]): Around {
  const [first = '', second] = labels
  if (kind === 'source') {
    const owner = second === undefined ? first.replace(/^source\./, '') : labels.join('.')
    const [type = ''] = owner.split('.')
    if (second === undefined) draft.inBuilds.add(owner)
    else draft.sources.set(owner, {type, file: around.file, line: lineOf(second)})
    return {...around, component: type, owner, within: kind, isTop: true}
  }
  if (kind === 'data') return {...around, component: first, owner: ['data', ...labels].join('.'), isTop: true}
  return {...around, component: first, within: kind, isTop: false}
}

function walkDynamic(draft: Draft, walk: Walk, value: unknown): void {
  for (const [label, block] of entriesOf(value)) {
    const {for_each: over, iterator, content} = asObject(block)
    const name = typeof iterator === 'string' ? iterator : label
    const loops = over === undefined ? [] : [{name, over: walk.at('for_each', over)}]
    const {around} = walk
    const inner = {...around, within: label, isTop: false, loops: [...around.loops, ...loops]}
    walkHcl(draft, {...walk, around: inner}, content, label)
  }
}

function isPlain(item: unknown): boolean {
  return typeof item !== 'object' || (Array.isArray(item) && item.every((one) => typeof one !== 'object'))
}

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
