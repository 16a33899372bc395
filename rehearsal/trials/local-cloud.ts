import type {Server} from 'node:http'
import {messageOf} from '../../src/lib/errors.ts'
import {chooseDriver, type Behaviour, type DriverName} from './choose-driver.ts'
import type {Cloud, CloudOptions} from '../cloud/cloud.ts'
import {startCloud} from '../cloud/start.ts'
import {standInJenkinsVersion} from '../jenkins/index-site.ts'
import type {BaseName, MachineDriver} from '../machines/driver.ts'
import {createLightDriver, type JenkinsMode} from '../machines/light/driver.ts'
import {createNspawnDriver, whyNot} from '../machines/nspawn/driver.ts'
import type {Progress} from '../host/run.ts'
import {unprivilegedSshPort} from '../machines/ssh-port.ts'

export interface LocalCloudOptions extends Omit<CloudOptions, 'driver'> {
  /** Default `light`; `best` is `nspawn` where this host can run real machines. */
  readonly driver?: DriverName | 'best' | undefined
  /** The system on the source image, which only real machines run. Default: Debian 13 where they are real. */
  readonly base?: BaseName | undefined
  /** How an image's Jenkins behaves. Default `ready`. On nspawn its package decides that. */
  readonly jenkins?: Behaviour | undefined
  /** An option that says what the machines are to install, which only real ones can. */
  readonly installs?: string | undefined
  /** Something is to happen at a request to a machine's port 8080, which only light machines notice. */
  readonly needsProbes?: boolean | undefined
  /** What is being set up, and why machines are light where nobody asked for that. */
  readonly progress?: Progress | undefined
  /** Aborted while machines are being prepared. */
  readonly signal?: AbortSignal | undefined
  /** This process's environment; default process.env. */
  readonly env?: NodeJS.ProcessEnv | undefined
  /** Real machines, and why this host cannot run them. Replaced in tests. */
  readonly real?: {readonly whyNot: typeof whyNot; readonly create: typeof createNspawnDriver} | undefined
}

/** A local AWS with the machines it boots. */
export interface LocalCloud {
  readonly cloud: Cloud
  readonly driver: DriverName
  /** The system on the source image; undefined on light. */
  readonly base: BaseName | undefined
  /** Why machines are light, where nobody asked for that. */
  readonly whyLight: string | undefined
  /** Where the machines' SSH servers listen; undefined on 22. */
  readonly sshPort: number | undefined
  /** Where the machines see this host. */
  readonly hostAddress: string
  /** Where nspawn keeps the files of its machines and images; undefined on light. */
  readonly runFolder: string | undefined
  /** Lets a server listen where real machines and this host reach it, and returns its host and port; undefined on light. */
  readonly serve: ((server: Server) => Promise<string>) | undefined
  /** Ends every machine and closes every port. */
  stop(): Promise<void>
}

/** @throws Error for a driver that cannot be had here, and for a Jenkins that it does not have */
export async function startLocalCloud(asked: LocalCloudOptions): Promise<LocalCloud> {
  const {driver = 'light', base, jenkins = 'ready', installs, progress = () => {}, signal, ...others} = asked
  const {needsProbes = false, env = process.env, real = {whyNot, create: createNspawnDriver}, ...options} = others
  const chosen = await chooseDriver(driver, {
    behaviour: jenkins,
    base,
    installs,
    needsProbes,
    env,
    whyNot: () => real.whyNot()
  })
  let whyLight = chosen.whyLight
  let machines: Machines | undefined
  if (chosen.driver === 'nspawn') {
    try {
      const nspawn = await real.create({progress, env, ...(base ? {base} : {}), ...(signal ? {signal} : {})})
      const {hostAddress, runFolder, serve} = nspawn
      machines = {driver: nspawn, sshPort: undefined, hostAddress, runFolder, serve}
    } catch (error) {
      const needsReal = jenkins !== 'ready' || base !== undefined || installs !== undefined
      if (driver !== 'best' || needsReal || signal?.aborted) throw error
      progress(messageOf(error))
      whyLight = 'real ones could not be set up (the error is above)'
    }
  }
  if (whyLight !== undefined) progress(aboutLight(whyLight))
  // Whatever else nspawn has, it has been chosen or refused above.
  machines ??= await light(jenkins as JenkinsMode)
  const cloud = await startedWith(machines.driver, options)
  const {sshPort, hostAddress, runFolder, serve} = machines
  return {
    cloud,
    driver: machines.driver.name,
    base: machines.driver.base,
    whyLight,
    sshPort,
    hostAddress,
    runFolder,
    serve,
    stop: () => cloud.stop()
  }
}

/** Where the cloud does not start (its port is taken), machines have no owner. */
async function startedWith(driver: MachineDriver, options: Omit<CloudOptions, 'driver'>): Promise<Cloud> {
  try {
    return await startCloud({...options, driver})
  } catch (error) {
    await driver.close()
    throw error
  }
}

function aboutLight(why: string): string {
  return (
    'Rehearsing on light machines, which do not prove that the template’s scripts install Jenkins or that the image boots, ' +
    `because ${why}.`
  )
}

type Machines = Pick<LocalCloud, 'sshPort' | 'hostAddress' | 'runFolder' | 'serve'> & {readonly driver: MachineDriver}

async function light(jenkins: JenkinsMode): Promise<Machines> {
  const sshPort = await unprivilegedSshPort()
  const driver = createLightDriver({
    jenkins,
    jenkinsVersion: standInJenkinsVersion,
    ...(sshPort !== undefined ? {sshPort} : {})
  })
  return {driver, sshPort, hostAddress: '127.0.0.1', runFolder: undefined, serve: undefined}
}
