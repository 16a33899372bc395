import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe} from '@jest/globals'
import {realFilesEnvironment} from '../../rehearsal/jenkins/real/files.ts'
import {notRun, scenarioPackers} from '../../rehearsal/host/packers/scenario-packers.ts'
import type {Packer} from '../../rehearsal/host/packers/packer.ts'
import {rehearse, type RehearseOptions, type Report} from '../../rehearsal/index.ts'
import {noteJenkins} from '../../scripts/test-jenkins.ts'

/** A whole run takes some seconds; a Packer that hangs must not hang the suite. The same as each test has (package.json). */
export const scenarioMs = 300_000

const {current, distributions} = await scenarioPackers()

/** Declares scenarios for the current release of Packer, or for the distribution's where that is not there. */
export function withPacker(declare: (packer: Packer) => void): void {
  const packer = current.packer ?? distributions.packer
  if (packer) declare(packer)
  else declareSkipped('any Packer', `${current.missing}; ${distributions.missing}`, declare)
}

/** For what only the current release can do. */
export function withCurrentPacker(declare: (packer: Packer) => void): void {
  if (current.packer) declare(current.packer)
  else declareSkipped(`Packer ${current.version}`, current.missing ?? '', declare)
}

/** For the distribution's Packer, of 2020. Where no other is there, {@link withPacker} has all scenarios run on it. */
export function withDistributionsPacker(declare: (packer: Packer) => void): void {
  const {version, packer, missing = ''} = distributions
  const title = `Packer ${version}`
  if (packer)
    describe(title, () => {
      declare(packer)
    })
  else declareSkipped(title, missing, declare)
}

function declareSkipped(title: string, reason: string, declare: (packer: Packer) => void): void {
  describe.skip(notRun(title, reason), () => {
    declare({version: '0.0.0', source: 'missing'})
  })
}

export interface Scenario extends Report {
  /** The action's log, as GitHub would show it. */
  readonly log: string
  readonly summary: string
  /** Calls of the action and of Packer that change something, by name. */
  readonly changes: readonly string[]
}

/**
 * Runs the committed action through the runner harness against a local cloud of its own. Real machines install the Jenkins and the
 * plugins that this process's environment names, unless the scenario asks for the stand-in (`onlyStandIn`, `jenkins`).
 */
export async function play(
  packer: Packer,
  options: Omit<RehearseOptions, 'packer' | 'folder'> = {}
): Promise<Scenario> {
  const folder = await mkdtemp(join(tmpdir(), 'scenario-'))
  try {
    const env = {PATH: process.env['PATH'], HOME: folder, ...realFilesEnvironment(process.env)}
    const report = await rehearse({...options, packer, folder, env})
    await noteJenkins(report)
    const [log, summary] = await Promise.all([report.logFile, report.summaryFile].map((file) => readFile(file, 'utf8')))
    const changes = report.calls
      .map(({action}) => action)
      .filter((name) => !/^(Describe|Get|Assume|Probe|DryRun)/.test(name))
    return {...report, log: log ?? '', summary: summary ?? '', changes}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}
