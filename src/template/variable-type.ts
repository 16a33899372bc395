import type {Expression} from './expression.ts'
import {readExpression, type Syntax} from './syntax.ts'

/**
 * The type of a variable, as far as it matters here: a string, a number, a bool, a list of strings; a map of strings,
 * such as tags; any type, because it says so, or because it has no type (`untyped`); or another type. With no type, or
 * with `any`, Packer takes the default's, and a default with something in it fixes its size: a list of strings takes as
 * many strings (`tuple`), and of a map Packer drops every other name (`object`).
 */
export type VariableKind =
  | 'text'
  | 'number'
  | 'bool'
  | 'list'
  | 'map'
  | 'any'
  | 'untyped'
  | 'tuple'
  | 'object'
  | 'other'

/** @param type as it is declared (https://github.com/hashicorp/hcl/blob/main/ext/typeexpr/README.md) */
export function kindOf(type: Syntax | undefined, given: Expression | undefined): VariableKind {
  const value = given?.syntax
  if (type === undefined) return value === undefined ? 'untyped' : kindOfValue(value)
  // Packer 1.4 wrote `type = "string"`.
  const name = type.kind === 'name' ? type.name : type.kind === 'value' ? type.value : undefined
  if (name === 'string') return 'text'
  if (name === 'any') return kindOfValue(value)
  if (name === 'number' || name === 'bool' || name === 'list' || name === 'map') return name
  if (type.kind !== 'call') return 'other'
  const [of] = type.given
  if (of?.kind !== 'name' || (of.name !== 'string' && of.name !== 'any')) return 'other'
  if (type.name === 'list' || type.name === 'set') return 'list'
  return type.name === 'map' ? 'map' : 'other'
}

/** A variable without a type is of its default's (hcl2template/types.variables.go). */
function kindOfValue(value: Syntax | undefined): VariableKind {
  if (value === undefined) return 'any'
  if (value.kind === 'map') return value.entries.length > 0 ? 'object' : 'map'
  if (value.kind === 'list') {
    if (value.items.length === 0) return 'list'
    return value.items.every((item) => kindOfValue(item) === 'text') ? 'tuple' : 'other'
  }
  if (value.kind === 'text' || (value.kind === 'call' && value.name === 'env')) return 'text'
  if (value.kind !== 'value') return 'other'
  if (value.value === null) return 'any'
  if (typeof value.value === 'string') return 'text'
  return typeof value.value === 'number' ? 'number' : typeof value.value === 'boolean' ? 'bool' : 'other'
}

/** A type as JSON writes it. */
export function typeIn(value: unknown): Syntax | undefined {
  return typeof value === 'string' ? readExpression(value) : undefined
}
