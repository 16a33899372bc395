import {wasWar, type ReportedJenkins} from '../report.ts'
import type {Row} from './rows.ts'

/** What one run came to. */
export interface Result {
  /** Its name. */
  readonly row: string
  readonly part: Row['part']
  /** `installed`: the scripts did what they should, and nothing was booted. */
  readonly outcome: 'verified' | 'installed' | 'failed' | 'not run'
  /** Why it failed or was not run, in one line. */
  readonly why?: string
  /** How many images were made, each of which was launched and tested. */
  readonly images: number
  readonly seconds: number
  readonly leftovers: number
  /** The exact version of Java's package, where one was installed. */
  readonly java?: string
  /** What was installed as Jenkins; absent where nothing was. */
  readonly jenkins?: ReportedJenkins
  /** What it was asked to be baked with. */
  readonly plugins?: readonly string[]
  readonly packer?: string
}

/** What `npm run compatibility --json` writes. */
export interface Compatibility {
  /** The Node that the action ran on. */
  readonly node: string
  readonly results: readonly Result[]
}

/** One line of the running account. */
export function lineOf({row, outcome, images, seconds, leftovers, jenkins, why}: Result): string {
  const count = images > 0 ? `, ${images} image${images === 1 ? '' : 's'}` : ''
  const what = jenkins ? `, ${jenkinsOf(jenkins)}` : ''
  return `${outcome.padEnd(9)} ${seconds.toFixed(1).padStart(5)} s  ${leftovers} left  ${row}${count}${what}${why === undefined ? '' : `: ${why}`}`
}

/** `real Jenkins 2.568.2`, or that it was none. */
export function jenkinsOf(jenkins: ReportedJenkins): string {
  if (jenkins.standIn) return `a stand-in for Jenkins ${jenkins.version}`
  return `real Jenkins ${jenkins.version}${wasWar(jenkins) ? ' in the rehearsal’s own package' : ''}`
}

/** Whether a run shows that something does not work. */
export function isWrong({outcome, leftovers}: Result): boolean {
  return outcome === 'failed' || leftovers > 0
}
