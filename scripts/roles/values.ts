import {Document, Scalar, YAMLMap, YAMLSeq} from 'yaml'

/** A value of CloudFormation: a JSON value whose leaves may also be calls of its functions. */
export type Value = string | number | boolean | readonly Value[] | {readonly [key: string]: Value} | Call

/** A call of one of CloudFormation's functions. */
export class Call {
  readonly tag: string
  readonly argument: Value

  constructor(tag: string, argument: Value) {
    this.tag = tag
    this.argument = argument
  }
}

export const ref = (name: string) => new Call('!Ref', name)
export const sub = (text: string) => new Call('!Sub', text)
export const either = (name: string, then: Value, otherwise: Value) => new Call('!If', [name, then, otherwise])
export const equals = (left: Value, right: string) => new Call('!Equals', [left, right])
export const not = (one: Value) => new Call('!Not', [one])
/** Leaves out the property, or the member of a list, that has it as its value. */
export const nothing = ref('AWS::NoValue')

/** Writes a value as YAML with CloudFormation's short forms. */
export function toYaml(value: Value): string {
  return new Document(nodeOf(value)).toString({lineWidth: 0, flowCollectionPadding: false})
}

/** Calls of functions are on one line where nothing long is in them. */
function nodeOf(value: Value): Scalar | YAMLSeq | YAMLMap {
  if (value instanceof Call) {
    const node = nodeOf(value.argument)
    node.tag = value.tag
    if (node instanceof YAMLSeq) node.flow = isShort(value.argument)
    return node
  }
  if (Array.isArray(value)) {
    const sequence = new YAMLSeq()
    sequence.items = value.map(nodeOf)
    return sequence
  }
  if (typeof value !== 'object') return scalar(value)
  const map = new YAMLMap()
  for (const [key, one] of Object.entries(value)) map.add({key: scalar(key), value: nodeOf(one)})
  return map
}

/** Strings that YAML would read as something else, or whose version is a date, are quoted. */
function scalar(value: string | number | boolean): Scalar {
  const node = new Scalar(value)
  if (typeof value === 'string' && /^(true|false|\d.*|)$/.test(value)) node.type = Scalar.QUOTE_SINGLE
  return node
}

function isShort(value: Value): boolean {
  if (value instanceof Call) return isShort(value.argument)
  if (Array.isArray(value)) return value.every(isShort)
  return typeof value !== 'object' || Object.values(value).every((one) => one instanceof Call)
}
