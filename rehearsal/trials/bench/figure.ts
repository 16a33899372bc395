import type {Packer} from '../../host/packers/packer.ts'
import type {Progress} from '../../host/run.ts'
import {summarise, type Summary} from './statistics.ts'

export type Unit = 'ms' | 's' | 'MB' | 'MB/s' | 'calls'

/** Something that is measured, with what it is compared with in the same run. */
export interface Figure {
  readonly name: string
  /** What is measured, and against what, for a person. */
  readonly what: string
  /** How often, unless somebody asks for another number. */
  readonly runs: number
  /** @throws Missing where this host cannot measure it */
  measure(bench: Bench): Promise<readonly Row[]>
}

/** This host cannot measure a figure, for the reason in the message. */
export class Missing extends Error {
  override readonly name = 'Missing'
}

/** Somebody else's action. */
export interface Peer {
  readonly name: string
  /** Absolute path of its main script. */
  readonly main: string
}

/** What figures are measured with. */
export interface Bench {
  /** The folder with action.yml. */
  readonly project: string
  /** The Node that all contenders run on. */
  readonly node: string
  readonly peers: readonly Peer[]
  readonly runs: number
  /** A folder of the figure's own, removed after it. */
  readonly folder: string
  /** @throws Error where there is none */
  readonly packer: () => Promise<Packer>
  readonly env: NodeJS.ProcessEnv
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** One measured quantity. */
export interface Row {
  readonly name: string
  readonly unit: Unit
  readonly own: Summary
  readonly baseline?: {readonly name: string} & Summary
  readonly goal?: Goal
}

interface Goal {
  /** `< 200 ms`. */
  readonly text: string
  readonly met: boolean
}

/** What becomes of a figure. */
export interface Result {
  readonly figure: string
  readonly what: string
  readonly rows: readonly Row[]
  /** Why it was not measured. */
  readonly missing?: string
  /** Measuring it was tried and failed. */
  readonly failed?: true
  /** The machine's load average over one minute, before and after. */
  readonly load: readonly [number, number]
  readonly seconds: number
}

/** @param baseline its name and its measurements */
export function rowOf(
  name: string,
  unit: Unit,
  values: readonly number[],
  baseline?: readonly [name: string, values: readonly number[]]
): Row {
  const own = summarise(values)
  return {name, unit, own, ...(baseline ? {baseline: {name: baseline[0], ...summarise(baseline[1])}} : {})}
}

/** Of the medians; undefined without a baseline. */
export function ratioOf({own, baseline}: Row): number | undefined {
  return baseline && own.median / baseline.median
}

/** Of the medians; undefined without a baseline. */
export function differenceOf({own, baseline}: Row): number | undefined {
  return baseline && own.median - baseline.median
}

export function withGoal(row: Row, text: string, isMet: (row: Row) => boolean): Row {
  return {...row, goal: {text, met: isMet(row)}}
}
