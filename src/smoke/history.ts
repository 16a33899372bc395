import type {State} from './answer.ts'

/** When Jenkins was first seen in a state. */
export interface Seen {
  /** Since the launch was asked for. */
  readonly seconds: number
  readonly state: State['state']
  readonly detail: string
}

/** In how many changes Jenkins may go to and fro before only the last ones are kept. */
const mostKept = 20

/** Adds a state, if it is another one than the last. */
export function withState(history: readonly Seen[], state: State, seconds: number): readonly Seen[] {
  const detail = state.state === 'ready' ? `version ${state.version}` : state.detail
  const last = history.at(-1)
  if (last?.state === state.state) return history
  return [...history, {seconds, state: state.state, detail}].slice(-mostKept)
}
