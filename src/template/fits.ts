import {asBool, asNumber, asText, isList, isMap, unknown, type Value} from './value.ts'
import type {Syntax} from './syntax.ts'

/**
 * Whether a variable of this type can have this value; true where only Packer knows.
 *
 * @param type as it is declared (https://github.com/hashicorp/hcl/blob/main/ext/typeexpr/README.md); absent: any
 * @param whole a name that the type does not have, which Packer drops silently, does not fit either
 */
export function fitsType(value: Value, type: Syntax | undefined, whole: boolean): boolean {
  if (value === unknown || value === null || !type) return true
  if (type.kind === 'name') return fitsPrimitive(value, type.name)
  if (type.kind !== 'call') return true
  const [of] = type.given
  switch (type.name) {
    case 'list':
    case 'set':
      return isList(value) && value.every((item) => fitsType(item, of, whole))
    case 'map':
      return isMap(value) && Object.values(value).every((item) => fitsType(item, of, whole))
    case 'tuple': {
      if (of?.kind !== 'list') return true
      const {items} = of
      return (
        isList(value) &&
        value.length === items.length &&
        value.every((item, index) => fitsType(item, items[index], whole))
      )
    }
    case 'object':
      return of?.kind !== 'map' || fitsObject(value, of.entries, whole)
    default:
      return true
  }
}

function fitsPrimitive(value: Value, name: string): boolean {
  const isOne = !isList(value) && !isMap(value)
  switch (name) {
    case 'string':
      return isOne
    case 'number':
      // Packer may know more forms of numbers.
      return asNumber(value) !== undefined || (typeof value === 'string' && /^[-+.]?\d/.test(value))
    case 'bool':
      return asBool(value) !== undefined
    default:
      return true
  }
}

function fitsObject(value: Value, members: readonly (readonly [Syntax, Syntax])[], whole: boolean): boolean {
  if (!isMap(value)) return false
  const types = new Map(
    members.map(([key, type]): [string | undefined, Syntax] => [
      key.kind === 'value' ? asText(key.value) : undefined,
      type
    ])
  )
  if (types.has(undefined)) return true
  if (whole && !Object.keys(value).every((name) => types.has(name))) return false
  return [...types].every(([name = '', type]) => {
    const optional = type.kind === 'call' && type.name === 'optional' ? type.given : undefined
    if (!Object.hasOwn(value, name)) return optional !== undefined
    return fitsType(value[name] ?? null, optional ? optional[0] : type, whole)
  })
}
