import type {Expression} from './expression.ts'
import type {Attribute, Body} from './hcl.ts'
import {addDynamic, declare, inBuild, inUse, nests, ownerOf, type Around, type Draft} from './reading-parts.ts'
import {chainsIn} from './post-processors.ts'
import {kindOf} from './variable-type.ts'

/** Adds a file of an HCL2 template to a reading. */
export function readBody(draft: Draft, file: string, body: Body): void {
  for (const {type, labels, line, attributes, blocks} of body.blocks) {
    const [label = ''] = labels
    const found = (name: string): Expression | undefined => expressionIn(attributes, name)
    draft.blocks.add(type)
    if (type === 'variable') {
      const given = found('default')
      const declared = found('type')?.syntax
      const kind = kindOf(declared, given)
      const sensitive = found('sensitive')?.source.startsWith('true') ?? false
      declare(draft, label, {
        file,
        line,
        kind,
        sensitive,
        ...(declared ? {type: declared} : {}),
        ...(given ? {default: given} : {})
      })
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
    if (type === 'build') draft.chains.push(chainsIn(blocks))
    const owner = ownerOf(type, labels)
    if (type === 'data') draft.data.add(owner)
    if (type === 'source') draft.sources.set(owner, {type: label, file, line})
    const component = type === 'source' || type === 'data' ? label : ''
    const around = {file, component, owner, within: type, isTop: true, loops: []}
    collect(draft, type === 'build' ? inBuild(draft, around) : around, {attributes, blocks})
  }
}

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
    const inner =
      type === 'source'
        ? inUse(draft, around, label)
        : {
            ...around,
            ...(nests.has(type) ? {component: label, block: {}} : {}),
            within: type,
            isTop: false
          }
    collect(draft, inner, {attributes, blocks})
  }
}

function collectDynamic(draft: Draft, around: Around, {attributes, blocks}: Body, label: string): void {
  const over = expressionIn(attributes, 'for_each')
  const name = expressionIn(attributes, 'iterator')?.source ?? label
  const inner = {...around, loops: over ? [...around.loops, {name, over}] : around.loops}
  const labels = expressionIn(attributes, 'labels')
  for (const content of blocks.filter(({type}) => type === 'content')) {
    const read = (into: Draft, its: Around): void =>
      collect(into, its, {attributes: content.attributes, blocks: content.blocks})
    read(draft, inner)
    addDynamic(draft, {type: label, around: inner, read, ...(labels ? {labels} : {})})
  }
}

function expressionIn(attributes: readonly Attribute[], wanted: string): Expression | undefined {
  return attributes.find(({name}) => name === wanted)?.expression
}
