import type {Cloud, CloudOptions} from './cloud/cloud.ts'
import {startCloud} from './cloud/start.ts'
import {standInJenkinsVersion} from './jenkins-repository.ts'
import {createLightDriver, type JenkinsMode} from './machines/light/driver.ts'
import {unprivilegedSshPort} from './ssh-port.ts'

export type DriverName = 'light' | 'nspawn'

export interface LocalCloudOptions extends Omit<CloudOptions, 'driver'> {
  /** Default `light`. */
  readonly driver?: DriverName | undefined
  /** How an image's Jenkins behaves. Default `ready`. */
  readonly jenkins?: JenkinsMode | undefined
}

/** A local AWS with the machines it boots. */
export interface LocalCloud {
  readonly cloud: Cloud
  readonly driver: DriverName
  /** Where the machines' SSH servers listen; undefined on 22. */
  readonly sshPort: number | undefined
  /** Ends every machine and closes every port. */
  stop(): Promise<void>
}

/** @throws Error for a driver that is not there yet */
export function checkDriver(name: DriverName | undefined): void {
  if (name === 'nspawn') throw new Error('The driver nspawn is not there yet: use --driver light')
}

/** @throws Error for a driver that is not there yet */
export async function startLocalCloud({driver: name, jenkins, ...options}: LocalCloudOptions): Promise<LocalCloud> {
  checkDriver(name)
  const sshPort = await unprivilegedSshPort()
  const driver = createLightDriver({
    jenkins: jenkins ?? 'ready',
    jenkinsVersion: standInJenkinsVersion,
    ...(sshPort !== undefined && {sshPort})
  })
  const cloud = await startCloud({...options, driver})
  return {
    cloud,
    driver: driver.name,
    sshPort,
    stop: () => cloud.stop()
  }
}
