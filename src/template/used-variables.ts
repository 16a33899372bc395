import {referencesIn, type Body} from './hcl.ts'
import {asObject, itemsIn} from './json.ts'

/** In place of a variable's reference: which one it is, is not known (`var[local.name]`), so that it may be any. */
const any = 'var.'

/** The references in an HCL2 file, without those of a variable's declaration to itself. */
export function usedInBody({attributes, blocks}: Body): string[] {
  const own = attributes.flatMap(({expression}) => expression.references)
  const inner = blocks.flatMap((block) => {
    const found = usedInBody(block)
    return block.type === 'variable' ? withoutOwn(found, block.labels[0]) : found
  })
  return [...own, ...inner]
}

/** The same in a JSON file of an HCL2 template, in which every string and every name may have `${…}` in it. */
export function usedInJson(template: unknown): string[] {
  const {variable, ...rest} = asObject(template)
  const declarations = itemsIn(variable).flatMap((item) => Object.entries(asObject(item)))
  const strings = (value: unknown): string[] => stringsIn(value).flatMap((text) => referencesIn(text))
  return [...strings(rest), ...declarations.flatMap(([name, block]) => withoutOwn(strings(block), name))]
}

/** The variables in legacy JSON, in the template or in a file of values: `{{user `name`}}`. */
export function usedInLegacy(value: unknown): string[] {
  const strings = stringsIn(value)
  // A plugin may evaluate a file of this kind, such as Chef's `config_template`.
  const files = strings.some((text) => /^\w*_template$/.test(text)) ? [any] : []
  const actions = strings.flatMap((text) => text.match(/\{\{[\s\S]*?\}\}/g) ?? [])
  return [
    ...files,
    ...actions.flatMap((action) =>
      [...action.matchAll(/\buser\b(?:\s*\(?\s*(?:`([^`]*)`|"([^"\\]*)"))?/g)].map(
        ([, raw, text]) => `var.${raw ?? text ?? ''}`
      )
    )
  ]
}

/** Whether references have a variable among them, or perhaps have. */
export function isAmong(references: ReadonlySet<string>, variable: string): boolean {
  return references.has(any) || references.has(`var.${variable}`)
}

function withoutOwn(references: readonly string[], name: string | undefined): string[] {
  return references.filter((reference) => name === undefined || reference !== `var.${name}`)
}

/** With the names of members. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(stringsIn)]
}
