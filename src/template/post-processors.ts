import type {Expression} from './expression.ts'
import type {Body} from './hcl.ts'
import {asObject, foldedObject, itemsIn} from './json.ts'
import type {Chain, PostProcessor, Reading} from './reading-parts.ts'
import {asBool} from './value.ts'
import type {Values} from './values.ts'

/** They hand their input on as it is, and keep it, whatever `keep_input_artifact` says. */
const passing = new Set(['manifest', 'provenance', 'shell-local'])

/** Keeps its input as well, and hands on what it made of it. */
const keeping = new Set(['checksum'])

/**
 * Whether a template perhaps has Packer throw an image away by `keep_input_artifact = false` (packer, packer/build.go).
 * In a chain that governs the post-processor's own input, which is the image only as long as it is handed on. The input
 * of the first one is kept if any chain of the build keeps it.
 */
export function throwsAway({chains}: Reading, values: Values): boolean {
  return chains.some((ofBuild) => {
    const ends = ofBuild.map((chain) => endOf(chain, values))
    return ends.some(({destroys}) => destroys) || (ends.some(({drops}) => drops) && !ends.some(({keeps}) => keeps))
  })
}

/** What a chain does with the image: what it surely keeps, and what it may not. */
interface End {
  keeps: boolean
  /** Unless another chain keeps it. */
  drops: boolean
  destroys: boolean
}

function endOf({parts, isSure: isThere}: Chain, values: Values): End {
  const end: End = {keeps: false, drops: false, destroys: false}
  let isFirst = true
  for (const {type, keep, isSure} of parts) {
    const isPassed = passing.has(type)
    const value = keep && values.of({expression: keep})
    const isSet = value !== undefined && value !== null
    const keeps = isPassed || keeping.has(type) || (isSet ? asBool(value) : undefined)
    if (keeps && isThere && isSure && isFirst) end.keeps = true
    // A value that only Packer knows may be false.
    if (!keeps && isSet) end[isFirst ? 'drops' : 'destroys'] = true
    if (!isSure) continue
    if (!isPassed) break
    isFirst = false
  }
  return end
}

/** Those in a build's block, which dynamic blocks may make as well. */
export function chainsIn(blocks: Body['blocks']): Chain[] {
  return blocks.flatMap((block) => {
    if (block.type === 'post-processors') return [{parts: block.blocks.flatMap(inBlock), isSure: true}]
    if (block.type !== 'dynamic' || block.labels[0] !== 'post-processors') return inBlock(block).map(alone)
    return block.blocks.map((content) => ({parts: content.blocks.flatMap(inBlock), isSure: false}))
  })
}

function alone(one: PostProcessor): Chain {
  return {parts: [one], isSure: true}
}

function inBlock({type, labels: [label = ''], attributes, blocks}: Body['blocks'][number]): PostProcessor[] {
  if (type === 'post-processor') return [postProcessor(label, (name) => valueIn(attributes, name))]
  if (type !== 'dynamic' || label !== 'post-processor') return []
  const [of = ''] = valueIn(attributes, 'labels')?.texts ?? []
  const contents = blocks.filter((block) => block.type === 'content')
  return contents.map((content) => ({
    ...postProcessor(of, (name) => valueIn(content.attributes, name)),
    isSure: false
  }))
}

function valueIn(attributes: Body['attributes'], wanted: string): Expression | undefined {
  return attributes.find(({name}) => name === wanted)?.expression
}

type At = (name: string, value: unknown) => Expression

/** Those in a build of HCL2's JSON: `{"post-processor": {"manifest": {…}}}`. */
export function chainsInJson(build: unknown, at: At): Chain[] {
  const several = itemsIn(asObject(build)['post-processors'])
  const dynamic = dynamicIn(build, 'post-processors')
  return [
    ...partsIn(build, at).map(alone),
    ...several.map((chain) => ({parts: partsIn(chain, at), isSure: true})),
    ...dynamic.map(({content}) => ({parts: partsIn(content, at), isSure: false}))
  ]
}

function partsIn(value: unknown, at: At): PostProcessor[] {
  const dynamic = dynamicIn(value, 'post-processor').flatMap(({labels, content}) =>
    itemsIn(content).map((body) => ({...inObject(String(itemsIn(labels)[0]), body, at), isSure: false}))
  )
  return [...labelled(asObject(value)['post-processor'], at), ...dynamic]
}

/** The blocks of `{"dynamic": {"post-processor": {…}}}`. */
function dynamicIn(value: unknown, type: string): Readonly<Record<string, unknown>>[] {
  return itemsIn(asObject(value)['dynamic']).flatMap((one) => itemsIn(asObject(one)[type]).map(asObject))
}

function labelled(value: unknown, at: At): PostProcessor[] {
  return itemsIn(value).flatMap((item) =>
    Object.entries(asObject(item)).flatMap(([type, bodies]) => itemsIn(bodies).map((body) => inObject(type, body, at)))
  )
}

/** Legacy JSON's: each is a name, an object with a type, or a list of both. */
export function legacyChains(list: unknown, at: At): Chain[] {
  return itemsIn(list).map((chain) => ({
    parts: itemsIn(chain).map((one) => {
      const members = foldedObject(one)
      return inObject(String(typeof one === 'string' ? one : members['type']), members, at)
    }),
    isSure: true
  }))
}

function inObject(type: string, body: unknown, at: At): PostProcessor {
  const members = asObject(body)
  return postProcessor(type, (name) => (members[name] === undefined ? undefined : at(name, members[name])))
}

function postProcessor(type: string, find: (name: string) => Expression | undefined): PostProcessor {
  const keep = find('keep_input_artifact')
  return {type, isSure: !find('only') && !find('except'), ...(keep ? {keep} : {})}
}
