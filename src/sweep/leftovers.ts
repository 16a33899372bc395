import {awsCause} from '../aws/errors/causes.ts'
import {denialAdvice, denialIn} from '../aws/errors/denial.ts'
import {pointer} from '../lib/advice.ts'
import type {Resource} from '../aws/resources.ts'

/** Something that is in the account, or may be, and why it is. */
export interface Leftover extends Resource {
  /** As AWS tells it; empty for what has no state. */
  readonly state: string
  readonly reason: string
  /** What to change, where AWS's error tells. */
  readonly advice?: string | undefined
  /** What of others' uses it, so that it cannot be removed. */
  readonly usedBy?: Resource
}

/** What to change where AWS refused a look or a removal; undefined where nothing is known of the error. */
export function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const {name, message} = error
  const cause = awsCause(name, message)
  if (cause?.id !== 'denied') return cause?.change
  const denial = denialIn(`${name}: ${message}`)
  return denial ? denialAdvice([denial], {policies}) : `Allow it in the role's policy; ${policies}.`
}

const policies = 'iam/permissions.json, and for the sweep action iam/sweep-permissions.json, have all that is needed'

/** The lines at the end of a message about what is left: each advice once, or the general one. */
export function advising(left: readonly Pick<Leftover, 'advice'>[]): string[] {
  const known = [...new Set(left.flatMap(({advice}) => advice ?? []))]
  return [...(known.length > 0 ? known : [otherAdvice]), pointer('left-in-the-account')]
}

const otherAdvice = 'Run the sweep action when it has expired; what that cannot remove either, remove by hand.'

/** Says of each thing why it is left, and what to change. */
export function describeLeftovers(left: readonly Leftover[]): string {
  const lines = left.map(({type, id, reason}) => `Left in the account: ${type} ${id}: ${reason}`)
  return [...lines, ...advising(left)].join('\n')
}
