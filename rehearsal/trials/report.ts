import type {Leftover} from '../cloud/cloud.ts'
import type {Call} from '../cloud/calls.ts'
import type {BaseName} from '../machines/driver.ts'
import type {LogLine} from '../runner/log.ts'

/** What a rehearsal found out; `--json` writes it as it is. */
export interface Report {
  /** The action's exit code; 1 where it was 0 although something was left. */
  readonly exitCode: number
  /** Of the action's main and post. */
  readonly seconds: number
  readonly driver: 'light' | 'nspawn'
  /** The system on the source image; null where machines were light. */
  readonly base: BaseName | null
  /** Why machines were light, where nobody asked for that. */
  readonly whyLight: string | null
  readonly packer: {readonly version: string; readonly source: string}
  readonly jenkins: ReportedJenkins
  readonly outputs: Readonly<Record<string, string>>
  readonly phases: readonly Phase[]
  readonly calls: readonly ReportedCall[]
  readonly leftovers: readonly Leftover[]
  readonly summaryFile: string
  readonly logFile: string
  /** Runs in the same cloud at the same time. `calls` are those of all. */
  readonly beside: readonly Omit<RepeatedRun, 'calls'>[]
  /** Further runs in the same cloud. */
  readonly again: readonly RepeatedRun[]
}

/** A run of the action beside or after the first one. */
export interface RepeatedRun extends Pick<Report, 'exitCode' | 'seconds' | 'outputs'> {
  /** Its own. */
  readonly calls: readonly ReportedCall[]
  readonly log: string
  readonly summary: string
}

export interface ReportedJenkins {
  readonly version: string
  readonly standIn: boolean
  /** The .deb or .war that somebody gave; null where it came from a package repository, or stood in. */
  readonly file: string | null
  /** The folder with plugins that somebody gave; null where they came from an update center, or stood in. */
  readonly plugins: string | null
}

/** Whether Jenkins was somebody's jenkins.war, in a package of the rehearsal's own. */
export function wasWar({standIn, file}: ReportedJenkins): boolean {
  return !standIn && file !== null && file.toLowerCase().endsWith('.war')
}

export interface Phase {
  readonly name: string
  readonly seconds: number
}

export interface ReportedCall extends Pick<Call, 'n' | 'service' | 'action' | 'status' | 'by'> {
  /** AWS's error code; null where the call succeeded. */
  readonly errorCode: string | null
}

/** The groups of the action's log. One ends at its `endgroup`, or where the next begins, or with its stage's last line. */
export function phasesOf(lines: readonly LogLine[]): Phase[] {
  return (['main', 'post'] as const).flatMap((stage) => phasesOfStage(lines.filter((line) => line.stage === stage)))
}

function phasesOfStage(lines: readonly LogLine[]): Phase[] {
  const marks = lines.filter(({kind}) => kind === 'group' || kind === 'endgroup')
  return marks.flatMap((mark, i) => {
    const end = (marks[i + 1] ?? lines.at(-1) ?? mark).at
    return mark.kind === 'group' ? [{name: mark.text, seconds: roundSeconds((end - mark.at) / 1000)}] : []
  })
}

export function reportedCalls(calls: readonly Call[]): ReportedCall[] {
  return calls.map(({n, service, action, status, errorCode, by}) => ({
    n,
    service,
    action,
    status,
    errorCode: errorCode ?? null,
    by
  }))
}

/** To milliseconds. */
export function roundSeconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
