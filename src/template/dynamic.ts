import {inUse, nests, type Around, type Draft, type DynamicBlock, type Reading} from './reading-parts.ts'
import {asText, isList} from './value.ts'
import type {Values} from './values.ts'

/**
 * A reading with what the dynamic blocks of its builds make (packer, hcl2template/parser.go: Packer expands
 * `dynamic "source"` and its like, but not at the top of a file). A block may belong to every builder of the template
 * where only Packer knows its label.
 */
export function withDynamic(reading: Reading, values: Values): Reading {
  const draft: Draft = {
    variables: new Map(reading.variables),
    locals: new Map(reading.locals),
    settings: [...reading.settings],
    sources: new Map(reading.sources),
    data: new Set(reading.data),
    builds: [...reading.builds],
    uses: [...reading.uses],
    dynamic: [],
    chains: [...reading.chains],
    blocks: new Set(reading.blocks),
    references: new Set(reading.references)
  }
  for (const block of reading.dynamic) {
    for (const loops of values.repetitions(block.around.loops)) {
      draft.blocks.add(block.type)
      const around = {...block.around, loops}
      const label = labelOf(block, around, values)
      if (nests.has(block.type)) block.read(draft, {...around, component: label ?? '', block: {}})
      if (block.type !== 'source') continue
      if (label !== undefined) block.read(draft, inUse(draft, around, label))
      else reading.sources.forEach((_, source) => block.read(draft, inUse(draft, around, source, false)))
    }
  }
  return draft
}

function labelOf({type, labels}: DynamicBlock, around: Around, values: Values): string | undefined {
  const [list] = labels ? values.ofSetting({...around, name: type, expression: labels}) : []
  const [label] = list !== undefined && isList(list) ? list : []
  return label === undefined ? undefined : asText(label)
}
