import {awsCause} from '../aws/errors/causes.ts'
import {denialAdvice, denialIn} from '../aws/errors/denial.ts'
import {pointer} from '../lib/advice.ts'
import type {Resource} from '../aws/resources.ts'

/** A resource that is, or may be, left in the account, and why. */
export interface Leftover extends Resource {
  /** As AWS reports it; empty for a resource without a state. */
  readonly state: string
  readonly reason: string
  /** The advice, if AWS's error has one. */
  readonly advice?: string | undefined
  /** The resource that uses it, so that it cannot be removed. */
  readonly usedBy?: Resource
}

/** The advice if AWS refused a search or a removal; undefined for an unknown error. */
export function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const {name, message} = error
  const cause = awsCause(name, message)
  if (cause?.id !== 'denied') return cause?.change
  const denial = denialIn(`${name}: ${message}`)
  return denial ? denialAdvice([denial], {policies}) : `Allow it in the role's policy; ${policies}.`
}

const policies = 'iam/permissions.json, and for the sweep action iam/sweep-permissions.json, have all that is needed'

/** The lines at the end of a message about leftovers: each advice once, or the general one. */
export function advising(left: readonly Pick<Leftover, 'advice'>[]): string[] {
  const known = [...new Set(left.flatMap(({advice}) => advice ?? []))]
  return [...(known.length > 0 ? known : [otherAdvice]), pointer('left-in-the-account')]
}

const otherAdvice = 'Run the sweep action when it has expired; what that cannot remove either, remove by hand.'

/** Describes each leftover, why it is left, and what to change. */
export function describeLeftovers(left: readonly Leftover[]): string {
  const lines = left.map(({type, id, reason}) => `Left in the account: ${type} ${id}: ${reason}`)
  return [...lines, ...advising(left)].join('\n')
}
