import {counterOf} from '../call-point.ts'
import type {Call} from '../calls.ts'
import type {Answer} from '../protocol/encode.ts'
import type {Fault} from './fault.ts'
import {refusalOf} from './refusals.ts'
import {UnknownIds} from './unknown-ids.ts'

/** Thrown in the place of an answer: the caller gets none. */
export class NoAnswer extends Error {
  /** `reset`: the connection breaks; `silence`: it stays open. */
  readonly how: 'reset' | 'silence'

  constructor(how: NoAnswer['how']) {
    super(how)
    this.how = how
  }
}

/**
 * Puts the faults between a call and its answer.
 *
 * @returns what is asked instead of the answer itself; it throws AwsError for a refusal and {@link NoAnswer}
 */
export function createFaults(faults: readonly Fault[]) {
  const waiting = faults.map((fault) => ({count: counterOf(fault.at), fault, exhaustedTypes: new Set<string>()}))
  const unknown = new UnknownIds()

  const faultAt = (call: Call, fields: URLSearchParams): Fault | undefined => {
    // Each counts the call, also where another fault befalls it.
    const counted = waiting.map(({count, ...rest}) => ({...rest, nth: count(call)}))
    return counted.find(({fault: {at, kind, times = 1}, nth, exhaustedTypes}) => {
      if (nth === undefined || nth < at.nth) return false
      if (kind === 'not-found') return nth === at.nth
      if (kind !== 'no-capacity') return nth < at.nth + times
      const type = fields.get('InstanceType') ?? ''
      if (exhaustedTypes.size < times) exhaustedTypes.add(type)
      return exhaustedTypes.has(type)
    })?.fault
  }

  return async (
    call: Call,
    fields: URLSearchParams,
    requestId: string,
    carryOut: () => Promise<Answer>
  ): Promise<Answer> => {
    const fault = faultAt(call, fields)
    if (!fault) return unknown.answerTo(call, fields, requestId) ?? carryOut()
    switch (fault.kind) {
      case 'silent':
        throw new NoAnswer('silence')
      case 'reset-before':
        throw new NoAnswer('reset')
      case 'reset-after':
        await carryOut()
        throw new NoAnswer('reset')
      case 'not-found': {
        const answer = await carryOut()
        unknown.hide(call, answer, fault.times ?? 1)
        return answer
      }
      default:
        throw refusalOf(fault.kind, call, fields)
    }
  }
}

export type Faults = ReturnType<typeof createFaults>
