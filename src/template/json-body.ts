import {jsonExpression, type Expression} from './expression.ts'
import {asObject, folded, foldedObject, itemsIn, parseJson} from './json.ts'
import {keyLines} from './lines.ts'
import {addDynamic, declare, inBuild, inUse, nests, type Around, type Draft} from './reading-parts.ts'
import {notUnderstood} from './syntax.ts'
import {chainsInJson, legacyChains} from './post-processors.ts'
import {kindOf, typeIn} from './variable-type.ts'

/**
 * Adds a JSON file to a reading: a legacy template, or a file of an HCL2 template.
 *
 * @throws {Error} when it is not JSON
 */
export function readJson(draft: Draft, file: string, text: string, kind: 'legacy' | 'hcl2'): void {
  const template = (kind === 'legacy' ? foldedObject : asObject)(parseJson(file, text))
  const lineOf = keyLines(text)
  const at = (name: string, value: unknown): Expression => jsonExpression(value, lineOf(name), kind)
  const sensitive = new Set(Array.isArray(template['sensitive-variables']) ? template['sensitive-variables'] : [])
  const sections = kind === 'legacy' ? ['variables'] : ['variables', 'variable']
  for (const [name, value] of sections.flatMap((section) => entriesOf(template[section]))) {
    const isBare = kind === 'legacy' || typeof value !== 'object'
    const [block = {}] = isBare ? [] : [Array.isArray(value) ? asObject(value[0]) : asObject(value)]
    const given = isBare ? value : block['default']
    // In legacy JSON a null asks for a value; in HCL2 it is one.
    const expression = given === undefined || (given === null && kind === 'legacy') ? undefined : at(name, given)
    const type = kind === 'legacy' ? notUnderstood : typeIn(block['type'])
    declare(draft, name, {
      file,
      line: lineOf(name),
      kind: kind === 'legacy' ? 'text' : kindOf(type, expression),
      sensitive: sensitive.has(name) || block['sensitive'] === true,
      ...(type ? {type} : {}),
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
  if (kind === 'legacy') draft.chains.push(legacyChains(template['post-processors'], at))
  else itemsIn(template['build']).forEach((build) => draft.chains.push(chainsInJson(build, at)))
  for (const [name, value] of Object.entries(template)) {
    draft.blocks.add(name)
    if (['variables', 'variable', 'locals', 'local'].includes(name)) continue
    const around = {file, component: '', owner: '', within: name, isTop: true, loops: []}
    if (kind === 'legacy') walkLegacy(draft, {around, at, lineOf}, value)
    else if (name === 'build') {
      for (const one of itemsIn(value)) walkHcl(draft, {around: inBuild(draft, around), at, lineOf}, one, name)
    } else walkHcl(draft, {around, at, lineOf}, value, name)
  }
}

interface Walk {
  readonly around: Around
  readonly at: (name: string, value: unknown) => Expression
  readonly lineOf: (name: string) => number
}

function walkLegacy(draft: Draft, {around, at, lineOf}: Walk, value: unknown): void {
  if (Array.isArray(value)) return value.forEach((item) => walkLegacy(draft, {around, at, lineOf}, item))
  const {type, name: given} = foldedObject(value)
  const isComponent = typeof type === 'string' && around.owner === ''
  const name = typeof given === 'string' ? given : type
  const isSource = isComponent && around.within === 'builders'
  if (isSource) {
    const evaluated = typeof given === 'string' && given.includes('{{') ? {evaluatedName: at('name', given)} : {}
    draft.sources.set(String(name), {type, file: around.file, line: lineOf('builders'), ...evaluated})
  }
  const inner = isComponent ? {...around, component: type, owner: isSource ? String(name) : '', block: {}} : around
  for (const [key, item] of Object.entries(asObject(value))) {
    const own = folded(key)
    draft.settings.push({...inner, name: own, expression: at(key, item)})
    if (isPlain(item) || isMap.test(own)) continue
    walkLegacy(draft, {around: {...inner, within: own, isTop: false}, at, lineOf}, item)
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
      for (const body of itemsIn(item)) {
        const inner = named.length === depth ? labelledAs(draft, walk, kind, named) : around
        walkHcl(draft, {...walk, around: inner}, body, kind, named)
      }
      continue
    }
    draft.blocks.add(key)
    if (key === 'dynamic') {
      walkDynamic(draft, walk, item)
      continue
    }
    // A file provisioner has a setting `source`.
    if (!labelled.has(key) || isPlain(item)) draft.settings.push({...around, name: key, expression: walk.at(key, item)})
    if (!isPlain(item) && !isMap.test(key))
      walkHcl(draft, {...walk, around: {...around, within: key, isTop: false}}, item, key)
  }
}

const labelled = new Set(['source', 'data', ...nests])

function labelledAs(draft: Draft, {around, lineOf}: Walk, kind: string, labels: readonly string[]): Around {
  const [first = '', second] = labels
  if (kind === 'source') {
    if (second === undefined) return inUse(draft, around, first)
    const owner = labels.join('.')
    draft.sources.set(owner, {type: first, file: around.file, line: lineOf(second)})
    return {...around, component: first, owner, within: kind, isTop: true}
  }
  if (kind === 'data') {
    const owner = ['data', ...labels].join('.')
    draft.data.add(owner)
    return {...around, component: first, owner, isTop: true}
  }
  return {...around, component: first, within: kind, isTop: false, block: {}}
}

function walkDynamic(draft: Draft, walk: Walk, value: unknown): void {
  const {at, around} = walk
  for (const [label, blocks] of entriesOf(value)) {
    for (const block of itemsIn(blocks)) {
      const {for_each: over, iterator, labels, content} = asObject(block)
      const name = typeof iterator === 'string' ? iterator : label
      const loops = over === undefined ? [] : [{name, over: at('for_each', over)}]
      const inner = {...around, within: label, isTop: false, loops: [...around.loops, ...loops]}
      const read = (into: Draft, its: Around): void =>
        walkHcl(into, {...walk, around: its}, content, label, labelled.has(label) ? [label] : [])
      read(draft, inner)
      const named = labels === undefined ? {} : {labels: at('labels', labels)}
      addDynamic(draft, {type: label, around: inner, read, ...named})
    }
  }
}

/** Settings whose members have names of the user's own: they are one value, as they are in HCL2 (`run_tags = {…}`). */
const isMap = /^(?:\w+_)?(?:tags|labels|filters)$/

function isPlain(item: unknown): boolean {
  return typeof item !== 'object' || (Array.isArray(item) && item.every((one) => typeof one !== 'object'))
}

/** A section may be an object or a list of them. */
function entriesOf(section: unknown): [string, unknown][] {
  return itemsIn(section).flatMap((object) => Object.entries(asObject(object)))
}
