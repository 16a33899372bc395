import {evaluate, isPartlyUnknown} from './evaluate.ts'
import type {Syntax} from './syntax.ts'
import {asBool, asNumber, asText, compareTexts, isList, isMap, SetItems, unknown, type Value} from './value.ts'

/**
 * A value of a variable as the variable's type makes it (https://github.com/zclconf/go-cty/blob/main/docs/convert.md);
 * unknown where Packer would refuse it.
 *
 * @param type as it is declared (https://github.com/hashicorp/hcl/blob/main/ext/typeexpr/README.md); absent: any
 */
export function converted(value: Value, type: Syntax | undefined): Value {
  if (value === unknown || value === null || !type) return value
  if (type.kind === 'name') return primitive(value, type.name)
  if (type.kind !== 'call') return value
  const [of] = type.given
  switch (type.name) {
    case 'list':
      return isList(value) ? alike(value, of) : unknown
    case 'set':
      return isList(value) ? inOrder(alike(value, of)) : unknown
    case 'map': {
      if (!isMap(value)) return unknown
      const names = Object.keys(value)
      const items = alike(Object.values(value), of)
      return isList(items) ? Object.fromEntries(names.map((name, index) => [name, items[index] ?? null])) : unknown
    }
    case 'tuple': {
      const items = of?.kind === 'list' ? of.items : []
      if (!isList(value) || value.length !== items.length) return unknown
      return value.map((item, index) => converted(item, items[index]))
    }
    case 'object':
      return asObject(value, of)
    default:
      return value
  }
}

/**
 * Whether Packer gives a variable of this type a known value; true where only Packer knows.
 *
 * @param whole a name that the type does not have, which Packer drops silently, does not fit either
 */
export function fitsType(value: Value, type: Syntax | undefined, whole: boolean): boolean {
  if (isPartlyUnknown(value)) return true
  const made = converted(withSmallNumbers(value), type)
  return !isPartlyUnknown(made) && (!whole || hasAllOf(made, value))
}

/** The digits of a large number are lost, so that it has no known string; whether it fits does not depend on them. */
function withSmallNumbers(value: Value): Value {
  if (isList(value)) return value.map(withSmallNumbers)
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withSmallNumbers(item)]))
  return typeof value === 'number' ? 1 : value
}

function hasAllOf(made: Value, value: Value): boolean {
  if (isList(made) && isList(value)) return made.every((item, index) => hasAllOf(item, value[index] ?? null))
  if (!isMap(made) || !isMap(value)) return true
  return Object.entries(value).every(([name, item]) => Object.hasOwn(made, name) && hasAllOf(made[name] ?? null, item))
}

/** The type of a value, which a variable without a type takes from its default. */
export function typeOf(value: Value): Syntax | undefined {
  if (isList(value)) {
    return value.length > 0 ? call('tuple', {kind: 'list', items: value.map((item) => typeOf(item) ?? any)}) : undefined
  }
  if (isMap(value)) {
    const entries = Object.entries(value).map(([name, item]): [Syntax, Syntax] => [
      {kind: 'value', value: name},
      typeOf(item) ?? any
    ])
    return entries.length > 0 ? call('object', {kind: 'map', entries}) : undefined
  }
  if (value === null || value === unknown) return undefined
  return {kind: 'name', name: typeof value === 'boolean' ? 'bool' : typeof value}
}

const any: Syntax = {kind: 'name', name: 'any'}

function call(name: string, given: Syntax): Syntax {
  return {kind: 'call', name, given: [given]}
}

function primitive(value: Value, name: string): Value {
  switch (name) {
    case 'string':
      return asText(value) ?? unknown
    case 'number':
      return asNumber(value) ?? unknown
    case 'bool':
      return asBool(value) ?? unknown
    default:
      return value
  }
}

/** Items of one type. Items of any type become strings if one of them is a string. */
function alike(items: readonly Value[], of: Syntax | undefined): Value {
  if (of?.kind !== 'name' || of.name !== 'any') return items.map((item) => converted(item, of))
  const kinds = new Set(items.filter((item) => item !== null && item !== unknown).map((item) => typeof item))
  if (kinds.size <= 1) return items
  return kinds.has('string') ? items.map((item) => converted(item, {kind: 'name', name: 'string'})) : unknown
}

/** A set has each item once, and Packer goes through its strings and numbers in their order. */
function inOrder(items: Value): Value {
  if (!isList(items)) return items
  const single = [
    ...new Map(items.map((item): [unknown, Value] => [isMap(item) ? JSON.stringify(item) : item, item])).values()
  ]
  const sorted = single.toSorted((one, other) => {
    if (typeof one === 'number' && typeof other === 'number') return one - other
    return typeof one === 'string' && typeof other === 'string' ? compareTexts(one, other) : 0
  })
  return SetItems.from(sorted)
}

function asObject(value: Value, of: Syntax | undefined): Value {
  if (!isMap(value) || of?.kind !== 'map') return unknown
  const members: [string, Value][] = []
  for (const [key, type] of of.entries) {
    const name = key.kind === 'value' ? asText(key.value) : undefined
    if (name === undefined) return unknown
    const optional = type.kind === 'call' && type.name === 'optional' ? type.given : undefined
    const given = Object.hasOwn(value, name) ? (value[name] ?? null) : undefined
    if (given === undefined && !optional) return unknown
    const [own = type, fallback] = optional ?? []
    const absent = fallback ? evaluate(fallback, {root: () => unknown, env: () => ''}) : null
    members.push([name, converted(given ?? absent, own)])
  }
  return Object.fromEntries(members)
}
