import type {EC2Client} from '@aws-sdk/client-ec2'
import type {Ledger} from '../cleanup/ledger.ts'
import {poll} from '../wait.ts'
import type {Log} from '../report/log.ts'
import {stateOf, type State} from './answer.ts'
import {consoleOutput, failedUnits} from './evidence.ts'
import {describe, jenkinsPort, launch, type LaunchRequest, type SmokeInstance} from './launch.ts'
import type {Probe} from './probe.ts'

export interface SmokeRequest extends LaunchRequest {
  readonly timeoutMs: number
  readonly probe: Probe
  /** What Jenkins must say that it is; absent when the bake does not know it. */
  readonly expectedVersion?: string
}

export type SmokeResult =
  | {readonly verdict: 'verified'; readonly seconds: number; readonly jenkinsVersion: string}
  | {
      readonly verdict: 'rejected'
      readonly seconds: number
      readonly reason: string
      /** What the machine's console shows of it. */
      readonly evidence: string
      readonly jenkinsVersion?: string
    }

/**
 * Launches the image and waits for its Jenkins.
 *
 * @returns a verdict: an image that does not work is a result, not an exception
 * @throws when AWS does not let us test, or when aborted
 */
export async function smokeTest(
  ec2: EC2Client,
  request: SmokeRequest,
  ledger: Ledger,
  log: Log,
  signal: AbortSignal
): Promise<SmokeResult> {
  const start = Date.now()
  const instance = await launch(ec2, request, ledger, log, signal)
  const state = await waitForJenkins(ec2, instance, request, log, signal)
  const seconds = (Date.now() - start) / 1000
  if (state.state === 'ready' && isExpected(state.version, request)) {
    log.info(`Jenkins ${state.version} is ready ${seconds.toFixed(1)} s after the launch`)
    return {verdict: 'verified', seconds, jenkinsVersion: state.version}
  }
  const evidence = await consoleOutput(ec2, instance.id, signal)
  log.quote('console', evidence)
  const jenkinsVersion = state.state === 'ready' ? {jenkinsVersion: state.version} : {}
  return {verdict: 'rejected', seconds, reason: whyRejected(state, request, evidence), evidence, ...jenkinsVersion}
}

function isExpected(version: string, {expectedVersion}: SmokeRequest): boolean {
  return expectedVersion === undefined || version === expectedVersion
}

function whyRejected(state: State, {expectedVersion, timeoutMs, probe}: SmokeRequest, evidence: string): string {
  const failed = failedUnits(evidence)
  const limit = `${Math.round(timeoutMs / 1000)} s`
  switch (state.state) {
    case 'failed':
      return state.detail
    case 'starting':
      return `Jenkins was still starting after ${limit}. Raise 'smoke-timeout' if this image needs longer.`
    case 'booting':
      if (failed.length > 0) {
        return `nothing answered on port ${jenkinsPort} within ${limit}, and on the machine ${failed.join(', ')} failed: its console says why.`
      }
      return (
        `nothing answered on port ${jenkinsPort} within ${limit} (${state.detail}). ` +
        `Either Jenkins does not start with this image, or ${probe.otherwise}.`
      )
    case 'ready':
      return `Jenkins ${state.version} answers, but ${expectedVersion} was baked`
  }
}

/**
 * A packaged Jenkins that cannot boot shows why for a moment, exits, and is started again by systemd, five times at most
 * (jenkinsci/jenkins, SystemdLifecycle). Going away once or twice is what a restart after an installation looks like.
 */
const mostRestarts = 3
const goneAgain = 'Jenkins began to start and went away again; the console says more'

/** Asks until there is an answer that waiting will not change, or the time is up; then the last state is returned. */
async function waitForJenkins(
  ec2: EC2Client,
  instance: SmokeInstance,
  {timeoutMs, probe}: SmokeRequest,
  log: Log,
  signal: AbortSignal
): Promise<State> {
  const timeUp = AbortSignal.timeout(timeoutMs)
  let last: State = {state: 'booting', detail: 'it was not asked'}
  let asked = 0
  let timesGone = 0
  const look = async (): Promise<State | undefined> => {
    const state = stateOf(await probe.ask(instance, AbortSignal.any([signal, timeUp])))
    // The request that the end of the time cut off says nothing new.
    if (timeUp.aborted && asked > 0) return undefined
    if (state.state !== last.state || asked === 0) log.info(`Jenkins: ${describeState(state)}`)
    if (last.state === 'starting' && state.state === 'booting') timesGone += 1
    last = state
    asked += 1
    if (state.state === 'ready' || state.state === 'failed') return state
    if (timesGone >= mostRestarts) return {state: 'failed', detail: goneAgain}
    return asked % 5 === 0 ? await endedBehindOurBack(ec2, instance.id, signal) : undefined
  }
  try {
    return await poll(look, {signal: AbortSignal.any([signal, timeUp]), firstMs: 400, slowestMs: 5_000})
  } catch (error) {
    if (signal.aborted || !timeUp.aborted) throw error
    return last.state === 'booting' && timesGone > 0 ? {state: 'failed', detail: goneAgain} : last
  }
}

async function endedBehindOurBack(ec2: EC2Client, id: string, signal: AbortSignal): Promise<State | undefined> {
  const instance = await describe(ec2, id, signal)
  const name = instance?.State?.Name
  if (name === undefined || name === 'running' || name === 'pending') return undefined
  return {
    state: 'failed',
    detail: `the machine ended by itself (${name}): ${instance?.StateReason?.Message ?? 'no reason given'}`
  }
}

function describeState(state: State): string {
  return state.state === 'ready' ? `ready, version ${state.version}` : `${state.state} (${state.detail})`
}
