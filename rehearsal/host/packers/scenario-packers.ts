import {findBuilt, findOnPath, inspectPacker, type Packer} from './packer.ts'
import {run as runProgram, type Run} from '../run.ts'
import {distributionVersion, packerVersion} from './versions.ts'

/** A Packer that scenarios may run on. */
interface ScenarioPacker {
  readonly version: string
  /** Absent where it is missing. */
  readonly packer?: Packer
  /** Why it is missing and how to get it, on one line. */
  readonly missing?: string
}

export interface ScenarioPackers {
  /** The release that the action installs by default, as `npm run packers` builds it. */
  readonly current: ScenarioPacker
  /** The distribution's package, of 2020. */
  readonly distributions: ScenarioPacker
}

/** Installs nothing: what is missing is named, so that a test report can name what was not run. */
export async function scenarioPackers(
  env: NodeJS.ProcessEnv = process.env,
  run: Run = runProgram
): Promise<ScenarioPackers> {
  return {current: await currentPacker(env), distributions: await distributionsPacker(env, run)}
}

/** How a scenario's title says that it was not run; scripts/test.ts reads the reason from it. */
export function notRun(title: string, reason: string): string {
  return `${title} (not run: ${reason})`
}

async function currentPacker(env: NodeJS.ProcessEnv): Promise<ScenarioPacker> {
  const packer = await findBuilt(env)
  if (packer) return {version: packerVersion, packer}
  return {version: packerVersion, missing: `Packer ${packerVersion} has not been built; npm run packers builds it`}
}

async function distributionsPacker(env: NodeJS.ProcessEnv, run: Run): Promise<ScenarioPacker> {
  const version = distributionVersion
  const executable = await findOnPath(env)
  if (executable === undefined) return {version, missing: 'no packer is on PATH; apt-get install packer'}
  const packer = await inspectPacker(executable, `the distribution's (${executable})`, {env, run})
  if (packer.version === version) return {version, packer}
  return {version, missing: `the packer on PATH (${executable}) is ${packer.version}; Debian's package is ${version}`}
}
