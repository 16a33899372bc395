import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import * as path from 'node:path'
import {describe} from '@jest/globals'
import {realFilesEnvironment} from '../../rehearsal/jenkins/real/files.ts'
import {notRun, scenarioPackers} from '../../rehearsal/host/packers/scenario-packers.ts'
import type {Packer} from '../../rehearsal/host/packers/packer.ts'
import {rehearse, type RehearseOptions, type Report} from '../../rehearsal/index.ts'
import {noteJenkins} from '../../scripts/test-jenkins.ts'

/** A whole run takes some seconds; a Packer that hangs must not hang the suite. */
export const scenarioMs = 300_000

const packers = await scenarioPackers()

/** Declares scenarios once for each Packer; those of a missing one are skipped, with the reason in their titles. */
export function withEachPacker(declare: (packer: Packer) => void): void {
  for (const {version, packer, missing = ''} of packers) {
    const title = `Packer ${version}`
    if (packer)
      describe(title, () => {
        declare(packer)
      })
    else
      describe.skip(notRun(title, missing), () => {
        declare({version, source: 'missing'})
      })
  }
}

/** For scenarios that do not depend on Packer: the first that is there. */
export function withAnyPacker(declare: (packer: Packer) => void): void {
  const packer = packers.find((candidate) => candidate.packer)?.packer
  if (packer) declare(packer)
  else
    describe.skip(notRun('any Packer', 'there is none'), () => {
      declare({version: '0.0.0', source: 'missing'})
    })
}

/** Declares what takes too long to be run on each Packer: `declare` gets the one that is wanted most, and the one wanted least. */
export function withFirstAndLastPacker(declare: (first: Packer, last: Packer) => void): void {
  withAnyPacker((first) => {
    declare(first, packers.findLast((candidate) => candidate.packer)?.packer ?? first)
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
  const folder = await mkdtemp(path.join(tmpdir(), 'scenario-'))
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
