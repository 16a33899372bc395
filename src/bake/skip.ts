import type {Account} from '../aws/account.ts'
import {tagKeys} from '../aws/tags.ts'
import type {Inputs} from '../inputs/inputs.ts'
import type {Log, Phases} from '../lib/log.ts'
import type {Comparison} from './comparison.ts'
import {handOver} from './hand-over.ts'
import type {Outcome} from './outcome.ts'

/** A bake of which nothing has changed since the last one. */
type Unchanged = Pick<Outcome, 'region' | 'accountId' | 'plan'> & {readonly comparison: Comparison}

interface Skip {
  readonly inputs: Pick<Inputs, 'promotion'>
  readonly account: Account
  readonly deps: {readonly log: Log; readonly setOutputs: (outcome: Outcome) => void}
  readonly phase: Phases
}

/**
 * Gives out the images of the last bake again.
 *
 * @throws {UserError} if they cannot be handed over
 */
export async function skip(
  unchanged: Unchanged,
  {inputs, account, deps: {log, setOutputs}, phase}: Skip,
  signal: AbortSignal
): Promise<Outcome> {
  const last = outcomeOf(unchanged)
  setOutputs(last)
  const outcome = {...last, ...(await handOver({inputs, account, log, phase}, last, signal))}
  setOutputs(outcome)
  return outcome
}

function outcomeOf(unchanged: Unchanged): Outcome {
  const {images = [], tags = {}} = unchanged.comparison.last ?? {}
  const jenkinsVersion = tags[tagKeys.jenkins]
  return {
    ...unchanged,
    images,
    others: [],
    othersStay: false,
    verdict: 'verified',
    skipped: true,
    packerVersion: tags[tagKeys.packer] ?? '',
    ...(jenkinsVersion !== undefined ? {jenkinsVersion} : {}),
    deregistered: false,
    leftovers: []
  }
}
