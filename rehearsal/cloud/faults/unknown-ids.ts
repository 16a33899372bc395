import type {Call} from '../calls.ts'
import {encodeEc2, type Answer} from '../protocol/encode.ts'
import {operationShape} from '../protocol/operations.ts'
import {creates, type Create} from './creates.ts'

interface NewIds {
  readonly ids: ReadonlySet<string>
  readonly create: Create
  /** How many more calls do not know them. */
  left: number
}

/** What was just made and is not known everywhere yet: EC2 is eventually consistent ("Eventual consistency", developer guide). */
export class UnknownIds {
  readonly #new: NewIds[] = []

  /** @param times how many of the next calls that name what this answer made do not know it */
  hide({action}: Call, answer: Answer, times: number): void {
    const create = creates[action]
    if (!create) return
    const ids = new Set([...answer.body.matchAll(create.id)].map(([, id = '']) => id))
    this.#new.push({ids, create, left: times})
  }

  /**
   * What a call is answered that names something unknown: an error for an id, an empty list for a filter.
   * @returns undefined where it names nothing of the kind
   * @throws AwsError `…NotFound`
   */
  answerTo({action, service}: Call, fields: URLSearchParams, requestId: string): Answer | undefined {
    for (const [name, value] of fields) {
      const unknown = this.#new.find(
        ({ids, left, create: {parameters = /./}}) => left > 0 && ids.has(value) && parameters.test(name)
      )
      if (!unknown) continue
      unknown.left -= 1
      const shape = name.startsWith('Filter.') ? operationShape('ec2', action) : undefined
      if (!shape) throw unknown.create.error(value, service)
      return encodeEc2(action, shape.output, {}, requestId)
    }
    return undefined
  }
}
