/**
 * How the Jenkins of a light machine behaves. `load-failure` and `restart-loop` are the two other ways in which Jenkins's sources
 * end a failed boot: see jenkins-pages.ts and `phasesOf`.
 */
export type JenkinsMode =
  | 'ready'
  | 'slow'
  | 'boot-failure'
  | 'load-failure'
  | 'restart-loop'
  | 'absent'
  | 'wrong-version'

/** What answers on the port: nothing at all, or one of the pages. */
export type JenkinsState = 'closed' | 'starting' | 'boot-failure' | 'load-failure' | 'up'

/** A stretch of Jenkins's life. Without `ms` it is the last one. */
export interface Phase {
  readonly state: JenkinsState
  readonly ms?: number
}

const ready: Phase[] = [{state: 'closed', ms: 150}, {state: 'starting', ms: 250}, {state: 'up'}]
const failing: Phase[] = [
  {state: 'closed', ms: 150},
  {state: 'starting', ms: 200}
]

const phases: Record<JenkinsMode, Phase[]> = {
  ready,
  slow: [{state: 'closed', ms: 1000}, {state: 'starting', ms: 4000}, {state: 'up'}],
  'boot-failure': [...failing, {state: 'boot-failure'}],
  'load-failure': [...failing, {state: 'load-failure'}],
  // Under systemd (Type=notify) a Jenkins from 2.469 on exits when its boot fails (ExitLifecycle.onBootFailure); the package's unit
  // restarts it, five times in five minutes at most (jenkinsci/packaging, systemd/jenkins.service).
  'restart-loop': [
    ...Array.from({length: 5}, () => [...failing, {state: 'boot-failure', ms: 50} as const]).flat(),
    {state: 'closed'}
  ],
  absent: [{state: 'closed'}],
  'wrong-version': ready
}

export function phasesOf(mode: JenkinsMode): readonly Phase[] {
  return phases[mode]
}

/** The version that answers: another one than the disk's where that is asked for. */
export function versionServed(mode: JenkinsMode, installed: string): string {
  return mode === 'wrong-version' ? installed.replace(/\d+(?=\D*$)/, (last) => String(Number(last) + 1)) : installed
}
