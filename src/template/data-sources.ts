import type {Reading} from './reading-parts.ts'
import {Answer, unknown, type Value, type ValueMap} from './value.ts'

/** The members of a data source of which one may be an image's id. */
const members: Readonly<Record<string, {readonly answer: string; readonly others: readonly string[]}>> = {
  'amazon-ami': {answer: 'id', others: ['name', 'creation_date', 'owner', 'owner_name', 'tags']},
  'amazon-parameterstore': {answer: 'value', others: ['arn', 'version']}
}

/**
 * What AWS will answer the data sources: an expression that comes to such an answer in the end, through choices, maps
 * and locals, has that data source's answer, whatever it is.
 */
export function answersFor({settings}: Reading): (type: string) => Value {
  const types = new Map<string, Record<string, ValueMap>>()
  for (const owner of new Set(settings.map((setting) => setting.owner))) {
    const [root, type = '', name = ''] = owner.split('.')
    const known = Object.hasOwn(members, type) ? members[type] : undefined
    if (root !== 'data' || !known) continue
    const others = known.others.map((member): [string, Value] => [member, unknown])
    const own = {...Object.fromEntries(others), [known.answer]: new Answer(owner)}
    types.set(type, {...types.get(type), [name]: own})
  }
  return (type) => types.get(type) ?? unknown
}
