import {notUnderstood, readTemplate, type Syntax} from './syntax.ts'

/** A value as a template or a variables file writes it. */
export interface Expression {
  /** The strings in it, including those inside lists and maps. */
  readonly texts: readonly string[]
  /** The variables in it: `var.name`, `local.name`. */
  readonly references: readonly string[]
  /** Its syntax tree, as far as it is understood. */
  readonly syntax: Syntax
  /** Counted from 1. */
  readonly line: number
  /** As it is written. */
  readonly source: string
}

/**
 * How strings in JSON are read: HCL2's have `${…}` in them, legacy JSON's `{{…}}`, and those of variables files are
 * literal.
 */
export type JsonKind = 'hcl2' | 'legacy' | 'file'

/** Legacy JSON's variables, and HCL2's in JSON. */
const references = /\{\{-?\s*user\s+[`"]([^`"]+)[`"]\s*-?\}\}|\$\{\s*(var|local)\.([\p{L}\p{N}_-]+)/gu

/** An expression of a value in JSON. A part that Packer would evaluate does not count as a string. */
export function jsonExpression(value: unknown, line: number, kind: JsonKind = 'file'): Expression {
  const strings = stringsIn(value)
  return {
    texts: strings.map((text) => text.replace(/\{\{.*?\}\}|\$\{.*?\}/gs, '')),
    references: strings.flatMap((text) =>
      [...text.matchAll(references)].map(([, user, of, name]) => (user ? `var.${user}` : `${of}.${name}`))
    ),
    syntax: syntaxOf(value, kind),
    line,
    source: JSON.stringify(value)
  }
}

function syntaxOf(value: unknown, kind: JsonKind): Syntax {
  if (typeof value === 'string') {
    return kind === 'hcl2' ? readTemplate(value) : kind === 'legacy' ? readLegacyText(value) : {kind: 'value', value}
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return {kind: 'value', value}
  if (Array.isArray(value)) return {kind: 'list', items: value.map((item) => syntaxOf(item, kind))}
  if (typeof value !== 'object') return notUnderstood
  const entries = Object.entries(value)
  return {kind: 'map', entries: entries.map(([name, item]) => [{kind: 'value', value: name}, syntaxOf(item, kind)])}
}

const action = /(\{\{[\s\S]*?\}\})/
const call = /^\{\{-?\s*(user|env)\s+[`"]([^`"]*)[`"]\s*-?\}\}$/

/**
 * Variables, and the environment. Packer or its plugin replaces other parts in braces later (a time, the source image's
 * name).
 */
function readLegacyText(text: string): Syntax {
  const parts = text
    .split(action)
    .filter((part) => part !== '')
    .map((part): Syntax => {
      if (!part.startsWith('{{')) return {kind: 'value', value: part}
      const [, name, of = ''] = call.exec(part) ?? []
      const key: Syntax = {kind: 'value', value: of}
      if (name === 'user') return {kind: 'member', of: {kind: 'name', name: 'var'}, key}
      return name === 'env' ? {kind: 'call', name, given: [key]} : notUnderstood
    })
  const [only] = parts
  if (only === undefined) return {kind: 'value', value: ''}
  return parts.length === 1 ? only : {kind: 'text', parts}
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
