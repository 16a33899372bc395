import type {Reading} from './reading-parts.ts'
import {unknown, type Value, type ValueMap} from './value.ts'

/** The members of a data source of which one may be an image's id. */
const members: Readonly<Record<string, {readonly answer: string; readonly others: readonly string[]}>> = {
  'amazon-ami': {answer: 'id', others: ['name', 'creation_date', 'owner', 'owner_name', 'tags']},
  'amazon-parameterstore': {answer: 'value', others: ['arn', 'version']}
}

/** In small and capital letters, so that it does not stay the same through a function that changes a string. */
const mark = 'Answer of '

/**
 * Stands in for what AWS answers: `data.amazon-ami.base.id` comes to a mark with its name. An expression that comes to
 * a mark in the end, through choices, maps and locals, has that data source's answer.
 */
export function marksFor({settings}: Reading): (type: string) => Value {
  const types = new Map<string, Record<string, ValueMap>>()
  for (const owner of new Set(settings.map((setting) => setting.owner))) {
    const [root, type = '', name = ''] = owner.split('.')
    const known = Object.hasOwn(members, type) ? members[type] : undefined
    if (root !== 'data' || !known) continue
    const others = known.others.map((member): [string, Value] => [member, unknown])
    const own = {...Object.fromEntries(others), [known.answer]: `${mark}${owner}`}
    types.set(type, {...types.get(type), [name]: own})
  }
  return (type) => types.get(type) ?? unknown
}

/** The data source, `data.amazon-ami.base`, whose answer a value is. */
export function markedBy(value: Value): string | undefined {
  return typeof value === 'string' && value.startsWith(mark) ? value.slice(mark.length) : undefined
}
