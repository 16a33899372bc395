import {baseNames, baseTitles, type BaseName} from '../../machines/driver.ts'
import {distributionVersion, packerVersion} from '../../host/packers/versions.ts'
import type {Kind} from '../templates/own-template.ts'

/** One run of the table. */
export type Row =
  /** A template as somebody else writes it, on light machines. */
  | {readonly part: 'templates'; readonly packer: string; readonly kind: Kind; readonly sources: readonly string[]}
  /** The shipped template with plugins and Configuration as Code, on real machines. */
  | {readonly part: 'images'; readonly system: BaseName; readonly java: string}
  /** The scripts of the shipped template alone, on what stands in for Amazon Linux. */
  | {readonly part: 'scripts'; readonly system: 'al2023'; readonly java: string}

/** The Packers: what the action installs by default, and the oldest that is in use. */
export const packers = [packerVersion, distributionVersion] as const

/** What the action's input `java-version` takes. */
export const javaVersions = ['21', '25'] as const

const kinds: readonly Kind[] = ['HCL2', 'JSON']

export const rows: readonly Row[] = [
  ...packers.flatMap((packer) =>
    kinds.flatMap((kind) =>
      [['one'], ['one', 'two']].map((sources) => ({part: 'templates' as const, packer, kind, sources}))
    )
  ),
  ...baseNames.flatMap((system) => javaVersions.map((java) => ({part: 'images' as const, system, java}))),
  ...javaVersions.map((java) => ({part: 'scripts' as const, system: 'al2023' as const, java}))
]

/** What the action's input `source-ami` calls them, for a person. */
export const titles: Readonly<Record<BaseName | 'al2023', string>> = {
  ...baseTitles,
  al2023: 'Amazon Linux 2023'
}

/** As `--only` finds it: `Packer 1.16.0, HCL2, 2 sources`; `Ubuntu 24.04, Java 21`. */
export function nameOf(row: Row): string {
  if (row.part === 'templates') {
    const count = row.sources.length
    return `Packer ${row.packer}, ${row.kind === 'JSON' ? 'legacy JSON' : row.kind}, ${count} source${count === 1 ? '' : 's'}`
  }
  return `${titles[row.system]}, Java ${row.java}`
}
