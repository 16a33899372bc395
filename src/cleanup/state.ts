import type {Role} from '../credentials/session.ts'
import type {ProcessIdentity} from './processes.ts'

/** What post needs to clean up after a main that was killed. Under 1 KB and without a secret: debug logs print it. */
export interface BakeState {
  readonly bakeId: string
  readonly region: string
  readonly role?: Role
  /** Holds the ledger and Packer's output; readable by this user alone. */
  readonly folder: string
  readonly main: ProcessIdentity
}

export const stateKeys = {bake: 'bake', swept: 'swept'} as const

/** The state that main saved, as the runner hands it to post; undefined when main never came to make anything. */
export function savedState(env: Readonly<Record<string, string | undefined>>): BakeState | undefined {
  const text = env[`STATE_${stateKeys.bake}`]
  return text ? (JSON.parse(text) as BakeState) : undefined
}

/** Whether main's own sweep has already removed everything. */
export function alreadySwept(env: Readonly<Record<string, string | undefined>>): boolean {
  return env[`STATE_${stateKeys.swept}`] === 'true'
}
