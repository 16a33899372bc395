import type {EC2Client} from '@aws-sdk/client-ec2'
import type {Ledger} from '../ledger/ledger.ts'
import {anyOf, poll, timeLimit} from '../lib/wait.ts'
import type {Log} from '../lib/log.ts'
import {stateOf, type State} from './answer.ts'
import {readEvidence, type Evidence} from './evidence.ts'
import {describe, launch, type LaunchRequest, type SmokeInstance} from './launch.ts'
import type {Probe} from './probe.ts'
import {withState, type Seen} from './history.ts'
import {whyRejected} from './reason.ts'
import {runSmokeScript, type SmokeScript} from './smoke-script.ts'

export interface SmokeRequest extends LaunchRequest {
  readonly timeoutMs: number
  readonly probe: Probe
  /** The version that Jenkins must report; absent when the bake does not know it. */
  readonly expectedVersion?: string
  /** The machine reports on its console why Jenkins does not start (user-data.ts). */
  readonly reports: boolean
  /** Jenkins must not let people in who have not signed in. */
  readonly mustBeClosed: boolean
  /** Absent: that Jenkins is ready is enough. */
  readonly script?: SmokeScript
}

interface Tested {
  readonly seconds: number
  /** What Jenkins was seen to do. */
  readonly history: readonly Seen[]
  /** The machine, which runs until it is swept. */
  readonly instance: SmokeInstance
}

export type SmokeResult =
  | (Tested & {readonly verdict: 'verified'; readonly jenkinsVersion: string})
  | (Tested & {
      readonly verdict: 'rejected'
      /** Its first line is a summary. */
      readonly reason: string
      /** The part of the machine's console that shows it. */
      readonly evidence: string
      readonly jenkinsVersion?: string
    })

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
  let history: readonly Seen[] = []
  const note = (seen: State): void => void (history = withState(history, seen, (Date.now() - start) / 1000))
  const state = await waitForJenkins(ec2, instance, request, {log, note}, signal)
  note(state)
  const seconds = (Date.now() - start) / 1000
  const tested = {seconds, history, instance}
  const isOpen = state.state === 'ready' && request.mustBeClosed && (await letsAnybodyIn(instance, request, signal))
  if (state.state === 'ready' && !isOpen && isExpected(state.version, request)) {
    const jenkinsVersion = state.version
    log.info(`Jenkins ${jenkinsVersion} is ready ${seconds.toFixed(1)} s after the launch`)
    const {script, imageId} = request
    const failure = script && (await runSmokeScript(script, {instance, version: jenkinsVersion, imageId}, log, signal))
    if (!failure) return {...tested, verdict: 'verified', jenkinsVersion}
    return {...tested, verdict: 'rejected', reason: failure.reason, evidence: failure.output, jenkinsVersion}
  }
  const evidence = await evidenceOf(state, ec2, instance, request, signal)
  log.quote('console', evidence.text)
  return {
    ...tested,
    verdict: 'rejected',
    reason: whyRejected(state, {...request, isOpen}, evidence),
    evidence: evidence.text,
    ...(state.state === 'ready' ? {jenkinsVersion: state.version} : {})
  }
}

function isExpected(version: string, {expectedVersion}: SmokeRequest): boolean {
  return expectedVersion === undefined || version === expectedVersion
}

/** Jenkins answers a stranger's request for its first page with 403, or sends the stranger to sign in. */
async function letsAnybodyIn(instance: SmokeInstance, {probe}: SmokeRequest, signal: AbortSignal): Promise<boolean> {
  return (await probe.askForRoot(instance, signal)) === 200
}

/**
 * A machine reports within seconds when Jenkins ends, and a page that shows its failure comes before that.
 */
const reportWithinMs = 20_000

/** The console, with the cause of a failure where the machine reports it. */
async function evidenceOf(
  {state}: State,
  ec2: EC2Client,
  {id}: SmokeInstance,
  {reports}: SmokeRequest,
  signal: AbortSignal
): Promise<Evidence> {
  let evidence = await readEvidence(ec2, id, signal)
  if (!reports || state !== 'failed' || evidence.causes.length > 0) return evidence
  const timeUp = timeLimit(reportWithinMs, [signal])
  const look = async (): Promise<true | undefined> => {
    evidence = await readEvidence(ec2, id, signal)
    return evidence.causes.length > 0 || undefined
  }
  await poll(look, {signal: timeUp, firstMs: 2_000, slowestMs: 4_000}).catch(() => signal.throwIfAborted())
  return evidence
}

/**
 * A packaged Jenkins that cannot boot shows why for a moment, exits, and is started again by systemd, five times at
 * most (jenkinsci/jenkins, SystemdLifecycle). To stop once or twice is normal: a restart after an installation looks
 * like that.
 */
const mostRestarts = 3
const goneAgain: State = {
  state: 'failed',
  detail: 'Jenkins began to start and stopped again, several times; see the console'
}
const givenUp: State = {state: 'failed', detail: 'jenkins.service has failed for good'}

/** How often the console is read while nothing answers, the machine is looked at, and the log says that the test still waits. */
const consoleEveryMs = 10_000
const describeEveryMs = 10_000
const sayEveryMs = 30_000

/** Asks until there is an answer that waiting will not change, or the time is up; then the last state is returned. */
async function waitForJenkins(
  ec2: EC2Client,
  instance: SmokeInstance,
  {timeoutMs, probe, reports}: SmokeRequest,
  {log, note}: {readonly log: Log; readonly note: (state: State) => void},
  signal: AbortSignal
): Promise<State> {
  const timeUp = timeLimit(timeoutMs)
  const limit = anyOf(signal, timeUp)
  const began = Date.now()
  let last: State = {state: 'booting', detail: 'it was not asked'}
  let asked = 0
  let timesGone = 0
  let saidAt = began
  let consoleAt = began
  let describedAt = began
  const look = async (): Promise<State | undefined> => {
    const state = stateOf(await probe.ask(instance, limit))
    // A request that the timeout cut off says nothing new.
    if (timeUp.aborted && asked > 0) return undefined
    note(state)
    const now = Date.now()
    if (state.state !== last.state || asked === 0) {
      log.info(`Jenkins: ${describeState(state)}`)
      saidAt = now
    } else if (now - saidAt >= sayEveryMs) {
      const seconds = Math.round((now - began) / 1000)
      log.info(`Jenkins: still ${describeState(state)} after ${seconds} s of at most ${Math.round(timeoutMs / 1000)} s`)
      saidAt = now
    }
    if (last.state === 'starting' && state.state === 'booting') timesGone += 1
    last = state
    asked += 1
    if (state.state === 'ready' || state.state === 'failed') return state
    if (timesGone >= mostRestarts) return goneAgain
    if (reports && now - consoleAt >= consoleEveryMs) {
      consoleAt = now
      if ((await readEvidence(ec2, instance.id, limit)).gaveUp) return givenUp
    }
    if (now - describedAt < describeEveryMs) return undefined
    describedAt = now
    return endedBehindOurBack(ec2, instance.id, signal)
  }
  try {
    return await poll(look, {signal: limit, firstMs: Math.min(400, probe.slowestMs), slowestMs: probe.slowestMs})
  } catch (error) {
    if (signal.aborted || !timeUp.aborted) throw error
    return last.state === 'booting' && timesGone > 0 ? goneAgain : last
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
