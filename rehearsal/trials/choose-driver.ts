import {standInFailures, type StandInFailure} from '../jenkins/failures.ts'
import type {BaseName} from '../machines/driver.ts'
import type {JenkinsMode} from '../machines/light/driver.ts'

export type DriverName = 'light' | 'nspawn'

/** How an image's Jenkins behaves: as it should, or in a way that one of the drivers has. */
export type Behaviour = JenkinsMode | StandInFailure

const lightOnly = ['slow', 'boot-failure', 'load-failure', 'restart-loop', 'absent', 'wrong-version'] as const

export const behavioursOf: Readonly<Record<DriverName, readonly Behaviour[]>> = {
  light: ['ready', ...lightOnly],
  nspawn: ['ready', ...standInFailures]
}

export interface DriverChoice {
  readonly driver: DriverName
  /** Why real machines were not taken, where nobody asked for light ones. */
  readonly whyLight?: string
}

interface Circumstances {
  readonly behaviour: Behaviour
  /** The system that the machines are to run, where somebody asked for one. */
  readonly base: BaseName | undefined
  /** An option that says what the machines are to install: light ones install nothing. */
  readonly installs: string | undefined
  /** Something is to happen at a request to a machine's port 8080, which only light machines notice. */
  readonly needsProbes: boolean
  readonly env: NodeJS.ProcessEnv
  /** Why this host cannot run real machines. */
  readonly whyNot: () => Promise<string | undefined>
}

/**
 * The driver for a rehearsal: real machines where this host can run them.
 *
 * @param wanted `best` leaves the choice to this function
 * @throws Error for a Jenkins that the driver does not have, and for a driver that this host does not have
 */
export async function chooseDriver(wanted: DriverName | 'best', circumstances: Circumstances): Promise<DriverChoice> {
  const {behaviour, base, installs, needsProbes, env, whyNot} = circumstances
  const realOnly = !behavioursOf.light.includes(behaviour) || base !== undefined || installs !== undefined
  const driver = wanted === 'best' && realOnly ? 'nspawn' : wanted
  if (driver !== 'best') {
    if (!behavioursOf[driver].includes(behaviour)) throw new Error(unknownBehaviour(behaviour, driver))
    if (driver === 'light') {
      if (base !== undefined)
        throw new Error(`--base ${base}: light machines run no system at all. Use --driver nspawn`)
      if (installs !== undefined) throw new Error(`${installs}: light machines install nothing. Use --driver nspawn`)
      return {driver}
    }
    if (needsProbes) throw new Error('Nothing can happen at a Probe on nspawn machines: only light ones notice probes')
    const reason = await whyNot()
    if (reason === undefined) return {driver}
    throw new Error(`Real machines cannot be had here: ${reason}.${realOnly ? '' : ' Use --driver light'}`)
  }
  if (!behavioursOf.nspawn.includes(behaviour)) {
    return {driver: 'light', whyLight: `only they have a Jenkins of the kind ${behaviour}`}
  }
  if (needsProbes) return {driver: 'light', whyLight: 'only they notice a Probe'}
  // Others' jobs run on such a machine later, and real machines take root on it.
  if (env['GITHUB_ACTIONS'] === 'true' && env['RUNNER_ENVIRONMENT'] === 'self-hosted') {
    return {driver: 'light', whyLight: 'this is a self-hosted runner, where real ones run only with --driver nspawn'}
  }
  const reason = await whyNot()
  return reason === undefined ? {driver: 'nspawn'} : {driver: 'light', whyLight: reason}
}

function unknownBehaviour(behaviour: Behaviour, driver: DriverName): string {
  return `--jenkins ${behaviour}: ${driver} machines have no such Jenkins. They have ${behavioursOf[driver].join(', ')}`
}
