import type {NormalizedSchema} from '@smithy/core/schema'
import {AwsError, constraintViolated, missingParameter} from './errors.ts'
import {firstName, parseForm, type FormNode} from './form.ts'
import {structureOf} from './operations.ts'

/** EC2 numbers a list's items directly (`Filter.1`), the plain query protocol below `member` (`Tags.member.1`). */
export type QueryDialect = 'ec2' | 'query'

/**
 * Reads a form-encoded request by the operation's input shape.
 *
 * Packer sends empty strings for members that it does not set, so an empty value counts as absent.
 *
 * @throws AwsError MissingParameter, InvalidParameterValue, UnknownParameter; in the query dialect ValidationError
 */
export function decodeRequest(input: NormalizedSchema, fields: URLSearchParams, dialect: QueryDialect): object {
  if (!input.isStructSchema()) return {}
  return decodeStructure(input, parseForm(fields), '', dialect)
}

function decodeStructure(shape: NormalizedSchema, node: FormNode, path: string, dialect: QueryDialect): object {
  const result: Record<string, unknown> = {}
  const expected = new Set<string>()
  for (const [member, memberShape] of shape.structIterator()) {
    const name = nameInForm(member, memberShape, dialect)
    expected.add(name)
    const child = node.children.get(name)
    const value = child && decode(memberShape, child, join(path, name), dialect)
    if (value !== undefined) result[member] = value
  }
  if (dialect === 'ec2') refuseUnknown(node, expected, path)
  for (const member of requiredMembers(shape)) {
    if (result[member] === undefined) throw missing(join(path, member), dialect)
  }
  return result
}

function decode(shape: NormalizedSchema, node: FormNode, path: string, dialect: QueryDialect): unknown {
  if (shape.isStructSchema()) return decodeStructure(shape, node, path, dialect)
  if (shape.isListSchema()) return decodeList(shape, node, path, dialect)
  if (node.value === undefined || node.value === '') return undefined
  return decodeSimple(shape, node.value, path)
}

function decodeList(shape: NormalizedSchema, node: FormNode, path: string, dialect: QueryDialect): unknown[] {
  const items = dialect === 'ec2' ? node : node.children.get('member')
  return [...(items?.children ?? [])]
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([index, item]) => {
      if (!/^\d+$/u.test(index)) throw unknownParameter(join(path, index))
      return decode(shape.getValueSchema(), item, join(path, index), dialect)
    })
    .filter((item) => item !== undefined)
}

function decodeSimple(shape: NormalizedSchema, text: string, path: string): unknown {
  if (shape.isBooleanSchema()) {
    const lower = text.toLowerCase()
    if (lower !== 'true' && lower !== 'false') throw unreadable(text, path, 'boolean')
    return lower === 'true'
  }
  if (shape.isNumericSchema()) {
    const number = Number(text)
    if (!Number.isFinite(number)) throw unreadable(text, path, 'number')
    return number
  }
  if (shape.isTimestampSchema()) {
    const date = new Date(text)
    if (Number.isNaN(date.getTime())) throw unreadable(text, path, 'date')
    return date
  }
  if (shape.isBlobSchema()) return Buffer.from(text, 'base64')
  return text
}

function nameInForm(member: string, shape: NormalizedSchema, dialect: QueryDialect): string {
  const {ec2QueryName, xmlName}: {ec2QueryName?: string; xmlName?: string} = shape.getMergedTraits()
  if (dialect === 'query') return xmlName ?? member
  if (ec2QueryName) return ec2QueryName
  const name = xmlName ?? member
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** The SDK lists a structure's required members first and gives their number as its last entry. */
function requiredMembers(shape: NormalizedSchema): string[] {
  const structure = structureOf(shape)
  return structure?.[4].slice(0, structure[6] ?? 0) ?? []
}

function refuseUnknown(node: FormNode, expected: ReadonlySet<string>, path: string): void {
  for (const [name, child] of node.children) {
    if (!expected.has(name)) throw unknownParameter(firstName(child, join(path, name)))
  }
}

const join = (path: string, name: string): string => (path ? `${path}.${name}` : name)

const missing = (name: string, dialect: QueryDialect): AwsError =>
  dialect === 'ec2' ? missingParameter(name) : constraintViolated('null', name, 'Member must not be null')

const unknownParameter = (name: string): AwsError =>
  new AwsError('UnknownParameter', `The parameter ${name} is not recognized`)

const unreadable = (text: string, path: string, kind: string): AwsError =>
  new AwsError('InvalidParameterValue', `Invalid value '${text}' for ${path}: a ${kind} was expected`)
