import {fits} from './wildcard.ts'

/** What is known of a request: a condition key's value or values. Keys are compared without regard to case. */
export type Context = Readonly<Record<string, string | readonly string[]>>

export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

type Compare = (wanted: string, actual: string) => boolean

const equal: Compare = (wanted, actual) => wanted === actual
const equalIgnoringCase: Compare = (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase()
const like: Compare = (wanted, actual) => fits(wanted, actual)

const comparisons: Readonly<Record<string, {readonly compare: Compare; readonly negated: boolean}>> = {
  StringEquals: {compare: equal, negated: false},
  StringNotEquals: {compare: equal, negated: true},
  StringEqualsIgnoreCase: {compare: equalIgnoringCase, negated: false},
  StringNotEqualsIgnoreCase: {compare: equalIgnoringCase, negated: true},
  StringLike: {compare: like, negated: false},
  StringNotLike: {compare: like, negated: true},
  ArnEquals: {compare: like, negated: false},
  ArnLike: {compare: like, negated: false},
  ArnNotEquals: {compare: like, negated: true},
  ArnNotLike: {compare: like, negated: true},
  Bool: {compare: equalIgnoringCase, negated: false}
}

const operatorForm = /^(?:(?<set>ForAnyValue|ForAllValues):)?(?<name>[A-Za-z]+?)(?<ifExists>IfExists)?$/u

interface Operator {
  readonly name: string
  readonly set: string | undefined
  readonly ifExists: boolean
}

/** Takes `ForAnyValue:StringLikeIfExists` apart; undefined for an operator that this evaluator does not know. */
export function readOperator(text: string): Operator | undefined {
  const {set, name, ifExists} = operatorForm.exec(text)?.groups ?? {}
  if (name === undefined || (name !== 'Null' && !(name in comparisons))) return undefined
  return {name, set, ifExists: ifExists !== undefined}
}

/** Whether every condition of a statement holds. */
export function conditionsHold(block: ConditionBlock, context: Context): boolean {
  return Object.entries(block).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, valuesOf(context, key)))
  )
}

function holds(text: string, wanted: readonly string[], actual: readonly string[] | undefined): boolean {
  const operator = readOperator(text)
  if (!operator) throw new Error(`the condition operator ${text} is unknown`)
  if (operator.name === 'Null')
    return wanted.some((value) => (value.toLowerCase() === 'true') === (actual === undefined))
  const comparison = comparisons[operator.name]
  if (!comparison) throw new Error(`the condition operator ${text} is unknown`)
  const {compare, negated} = comparison
  const matches = (value: string): boolean => wanted.some((candidate) => compare(candidate, value)) !== negated
  if (operator.set === 'ForAllValues') return (actual ?? []).every((value) => matches(value))
  if (actual === undefined) return operator.ifExists || (negated && operator.set === undefined)
  // Without a set operator a negated comparison must hold for every value, any other for one of them.
  return negated && operator.set === undefined ? actual.every((v) => matches(v)) : actual.some((v) => matches(v))
}

function valuesOf(context: Context, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())
  if (!found) return undefined
  return typeof found[1] === 'string' ? [found[1]] : found[1]
}
