import {isDeepStrictEqual} from 'node:util'
import {functions} from './functions.ts'
import type {Syntax} from './syntax.ts'
import {
  Answer,
  asBool,
  asNumber,
  asText,
  besides,
  compareTexts,
  isList,
  SetItems,
  isMap,
  unknown,
  type Value,
  type ValueMap
} from './value.ts'

/** The values of the names in an expression. */
export interface Scope {
  /** `var`, `local`, an iterator …; unknown if only Packer knows the value. */
  readonly root: (name: string) => Value | Lookup
  /** The variables in Packer's environment. */
  readonly env: (name: string) => string
  /** Gives a value a type; absent where types are read themselves, which have no calls. */
  readonly convert?: (value: Value, type: Syntax) => Value
}

/** The members of a root are looked up one by one: a variable may need others. */
export type Lookup = (member: string) => Value

/** The value of an expression; never throws. */
export function evaluate(syntax: Syntax, scope: Scope): Value {
  switch (syntax.kind) {
    case 'value':
      return syntax.value
    case 'text':
      return joined(syntax.parts.map((part) => evaluate(part, scope)))
    case 'name':
      return plain(scope.root(syntax.name))
    case 'member':
      return memberOf(syntax.of, syntax.key, scope)
    case 'call':
      return call(syntax.name, syntax.given, scope)
    case 'list':
      return syntax.items.map((item) => evaluate(item, scope))
    case 'map':
      return mapOf(syntax.entries.map(([key, value]) => [evaluate(key, scope), evaluate(value, scope)]))
    case 'choice': {
      const condition = asBool(evaluate(syntax.condition, scope))
      if (condition === undefined) return unknown
      const yes = evaluate(syntax.yes, scope)
      const no = evaluate(syntax.no, scope)
      return condition ? besides(yes, [no]) : besides(no, [yes])
    }
    case 'operation':
      return operate(syntax.operator, evaluate(syntax.left, scope), () => evaluate(syntax.right, scope))
    case 'loop':
      return loop(syntax, scope)
  }
}

function plain(found: Value | Lookup): Value {
  return typeof found === 'function' ? unknown : found
}

function memberOf(of: Syntax, key: Syntax, scope: Scope): Value {
  const found = of.kind === 'name' ? scope.root(of.name) : evaluate(of, scope)
  const name = evaluate(key, scope)
  const text = asText(name)
  if (text === undefined) return unknown
  if (typeof found === 'function') return found(text)
  if (isList(found)) return itemOf(found, asNumber(text))
  return isMap(found) && Object.hasOwn(found, text) ? (found[text] ?? null) : unknown
}

/** Null is an item like others. */
function itemOf(list: readonly Value[], index: number | undefined): Value {
  const item = index === undefined ? undefined : list[index]
  return item === undefined ? unknown : item
}

function call(name: string, given: readonly Syntax[], scope: Scope): Value {
  const [first, second] = given
  if (name === 'env') {
    const variable = first && evaluate(first, scope)
    return typeof variable === 'string' ? scope.env(variable) : unknown
  }
  if (name === 'try') return firstOf(given, scope)
  if (name === 'can' && first) {
    return isPartlyUnknown(evaluate(first, scope)) ? (fails(first, scope) ? false : unknown) : true
  }
  if (name === 'convert' && first && second)
    return scope.convert ? scope.convert(evaluate(first, scope), second) : unknown
  const work = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (!work) return unknown
  const values = given.map((one) => evaluate(one, scope))
  return work(values)
}

/** The first that does not fail; unknown if one before it may. */
function firstOf(given: readonly Syntax[], scope: Scope): Value {
  for (const one of given) {
    const value = evaluate(one, scope)
    if (!fails(one, scope)) return isPartlyUnknown(value) ? unknown : value
  }
  return unknown
}

/** Whether Packer surely cannot evaluate an expression: it asks a known value for a member that is not there. */
function fails(syntax: Syntax, scope: Scope): boolean {
  if (syntax.kind !== 'member' || !isPath(syntax) || evaluate(syntax, scope) !== unknown) return false
  const of = evaluate(syntax.of, scope)
  if (of === unknown) return fails(syntax.of, scope)
  const key = asText(evaluate(syntax.key, scope))
  if (of === null) return true
  if (key === undefined) return false
  if (isMap(of)) return !Object.hasOwn(of, key)
  return isList(of) && /^\d+$/.test(key) && Number(key) >= of.length
}

/** Names and members alone, which take no time to evaluate twice. */
function isPath(syntax: Syntax): boolean {
  if (syntax.kind === 'member') return isPath(syntax.of) && isPath(syntax.key)
  return syntax.kind === 'name' || syntax.kind === 'value'
}

function joined(values: readonly Value[]): Value {
  const [only] = values
  if (values.length === 1 && only instanceof Answer) return only
  const texts = values.map(asText)
  return texts.every((text) => text !== undefined) ? texts.join('').normalize('NFC') : unknown
}

function mapOf(entries: readonly (readonly [Value, Value])[]): Value {
  const named = entries.map(([key, value]): [string | undefined, Value] => [asText(key), value])
  return named.every((entry): entry is [string, Value] => entry[0] !== undefined) ? Object.fromEntries(named) : unknown
}

function operate(operator: string, left: Value, right: () => Value): Value {
  const isLeft = asBool(left)
  if (operator === '!') return isLeft === undefined ? unknown : !isLeft
  const other = right()
  const isRight = asBool(other)
  switch (operator) {
    case '&&':
      if (isLeft === false || isRight === false) return false
      return isLeft && isRight ? true : unknown
    case '||':
      if (isLeft || isRight) return true
      return isLeft === false && isRight === false ? false : unknown
    case '==':
    case '!=': {
      const same = isSame(left, other)
      return same === undefined ? unknown : same === (operator === '==')
    }
    default:
      return calculate(operator, asNumber(left), asNumber(other))
  }
}

/** A list is not the same as a tuple or a set with the same items, and a map not the same as such an object. */
function isSame(left: Value, right: Value): boolean | undefined {
  if (isPartlyUnknown(left) || isPartlyUnknown(right)) return undefined
  if (typeof left !== 'object' || left === null) return left === right
  return isDeepStrictEqual(left, right) ? undefined : false
}

/** Whether any part of a value is not known. */
export function isPartlyUnknown(value: Value): boolean {
  if (value === unknown || value instanceof Answer) return true
  if (isList(value)) return value.some(isPartlyUnknown)
  return isMap(value) && Object.values(value).some(isPartlyUnknown)
}

function calculate(operator: string, left: number | undefined, right: number | undefined): Value {
  if (left === undefined || right === undefined) return unknown
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '<':
      return left < right
    case '>':
      return left > right
    case '<=':
      return left <= right
    case '>=':
      return left >= right
    default:
      return unknown
  }
}

/** No list of regions has more items than this. */
const mostItems = 1_000

function loop({names, over, result}: Extract<Syntax, {kind: 'loop'}>, scope: Scope): Value {
  const entries = entriesOf(evaluate(over, scope))
  if (!entries || entries.length > mostItems) return unknown
  const [first = '', second] = names
  const results: [Value, Value][] = []
  for (const [key, item] of entries) {
    const own: ValueMap = second === undefined ? {[first]: item} : {[first]: key, [second]: item}
    const inner: Scope = {...scope, root: (name) => (Object.hasOwn(own, name) ? (own[name] ?? null) : scope.root(name))}
    const wanted = result.condition ? asBool(evaluate(result.condition, inner)) : true
    if (wanted === undefined) return unknown
    if (wanted) results.push([result.key ? evaluate(result.key, inner) : null, evaluate(result.value, inner)])
  }
  if (!result.key) return results.map(([, value]) => value)
  // Packer refuses a key that comes twice.
  return new Set(results.map(([key]) => key)).size < results.length ? unknown : mapOf(results)
}

/**
 * The items of a list with their positions, of a map with their names, or of a set with themselves; undefined if they
 * are not known.
 */
export function entriesOf(value: Value): (readonly [Value, Value])[] | undefined {
  if (isList(value)) return value.map((item, index) => [value instanceof SetItems ? item : index, item])
  if (!isMap(value)) return undefined
  return Object.entries(value).toSorted(([one], [other]) => compareTexts(one, other))
}
