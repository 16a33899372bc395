import type {Cloud, CloudOptions} from './cloud/cloud.ts'
import {startCloud} from './cloud/start.ts'
import {standInJenkinsVersion} from './jenkins-repository.ts'
import type {MachineDriver} from './machines/driver.ts'
import {createLightDriver, type JenkinsMode} from './machines/light/driver.ts'
import {createNspawnDriver, whyNot} from './machines/nspawn/driver.ts'
import type {Progress} from './packers/run.ts'
import {unprivilegedSshPort} from './ssh-port.ts'

export type DriverName = 'light' | 'nspawn'

export interface LocalCloudOptions extends Omit<CloudOptions, 'driver'> {
  /** Default `light`. */
  readonly driver?: DriverName | undefined
  /** What is being set up. */
  readonly progress?: Progress | undefined
  /** Aborted while machines are being prepared. */
  readonly signal?: AbortSignal | undefined
  /** How an image's Jenkins behaves. Default `ready`. */
  readonly jenkins?: JenkinsMode | undefined
}

/** A local AWS with the machines it boots. */
export interface LocalCloud {
  readonly cloud: Cloud
  readonly driver: DriverName
  /** Where the machines' SSH servers listen; undefined on 22. */
  readonly sshPort: number | undefined
  /** Where the machines see this host. */
  readonly hostAddress: string
  /** Where nspawn keeps the files of its machines and images; undefined on light. */
  readonly runFolder: string | undefined
  /** Ends every machine and closes every port. */
  stop(): Promise<void>
}

/** @throws Error for a driver that cannot be had here */
export async function startLocalCloud(asked: LocalCloudOptions): Promise<LocalCloud> {
  const {driver: name, jenkins, progress = () => {}, signal, ...options} = asked
  const machines = name === 'nspawn' ? await nspawn(progress, signal) : await light(jenkins)
  const cloud = await startCloud({...options, driver: machines.driver})
  return {
    cloud,
    driver: machines.driver.name,
    sshPort: machines.sshPort,
    hostAddress: machines.hostAddress,
    runFolder: machines.runFolder,
    stop: () => cloud.stop()
  }
}

interface Machines {
  readonly driver: MachineDriver
  readonly sshPort: number | undefined
  readonly hostAddress: string
  readonly runFolder: string | undefined
}

async function nspawn(progress: Progress, signal: AbortSignal | undefined): Promise<Machines> {
  const reason = await whyNot()
  if (reason !== undefined) throw new Error(`Real machines cannot be had here: ${reason}. Use --driver light`)
  const driver = await createNspawnDriver({progress, ...(signal && {signal})})
  return {driver, sshPort: undefined, hostAddress: driver.hostAddress, runFolder: driver.runFolder}
}

async function light(jenkins: JenkinsMode = 'ready'): Promise<Machines> {
  const sshPort = await unprivilegedSshPort()
  const driver = createLightDriver({
    jenkins,
    jenkinsVersion: standInJenkinsVersion,
    ...(sshPort !== undefined && {sshPort})
  })
  return {driver, sshPort, hostAddress: '127.0.0.1', runFolder: undefined}
}
