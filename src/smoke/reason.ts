import {jenkinsFailureOf} from './jenkins-failure.ts'
import {pointer} from '../lib/advice.ts'
import {jenkinsPort, type State} from './answer.ts'
import type {Evidence} from './evidence.ts'
import type {Probe} from './probe.ts'

export interface Circumstances {
  readonly timeoutMs: number
  readonly probe: Pick<Probe, 'otherwise'>
  /** The version that was baked, if it is known. */
  readonly expectedVersion?: string
  /** Jenkins let in somebody who had not signed in. */
  readonly isOpen: boolean
}

/**
 * Why an image is rejected, for the person who reads the annotation.
 *
 * @returns the reason in one line; further lines have the advice
 */
export function whyRejected(state: State, circumstances: Circumstances, evidence: Evidence): string {
  const {expectedVersion, timeoutMs, isOpen} = circumstances
  switch (state.state) {
    case 'failed':
      return withCause(state.detail, evidence)
    case 'starting':
      return withCause(
        `Jenkins was still starting after ${inSeconds(timeoutMs)}. Raise 'smoke-timeout' if this image needs longer.`,
        evidence
      )
    case 'booting':
      return whyNothingAnswered(state.detail, circumstances, evidence)
    case 'ready':
      if (isOpen) {
        return (
          'anybody may use this Jenkins without signing in.\n' +
          "What to change: configure a security realm and permissions in 'jenkins-casc'; if access without signing in is intended, set 'allow-anonymous' to true."
        )
      }
      return `Jenkins ${state.version} answers, but ${expectedVersion} was baked`
  }
}

/** The machine's own report of its failure counts more than the view from outside. */
function withCause(seen: string, {causes: [cause]}: Evidence): string {
  if (cause === undefined) return seen
  const known = jenkinsFailureOf(cause)
  const first = `Jenkins does not start on the machine of the smoke test: ${cause} (${seen})`
  return known ? [first, `${known.cause} What to change: ${known.change}`, pointer(known.id)].join('\n') : first
}

function whyNothingAnswered(detail: string, {timeoutMs, probe}: Circumstances, evidence: Evidence): string {
  const nothing = `nothing answered on port ${jenkinsPort} within ${inSeconds(timeoutMs)}`
  if (evidence.causes.length > 0) return withCause(`${nothing}: ${detail}`, evidence)
  if (evidence.failedUnits.length > 0) {
    return `${nothing}, and on the machine ${evidence.failedUnits.join(', ')} failed: its console says why.`
  }
  // A group or a route that keeps this runner out answers nothing at all.
  if (/ECONNREFUSED|ECONNRESET|socket hang up|closed without an answer/.test(detail)) {
    return (
      `${nothing} (${detail}). The machine was reached, so the network is not the reason: Jenkins does not start with this image, ` +
      `is not ready yet (then raise 'smoke-timeout'), or listens on another port or on 127.0.0.1 only.`
    )
  }
  return `${nothing} (${detail}). Either Jenkins does not start with this image, or it needs longer than 'smoke-timeout', or ${probe.otherwise}.`
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
