import type {LaunchSpec, Machine, MachineDriver} from '../driver.ts'
import {isLightContent, pristineContent} from './disk.ts'
import {bootMachine} from './machine.ts'
import type {JenkinsMode} from './jenkins-boot.ts'

export type {JenkinsMode} from './jenkins-boot.ts'

export interface LightDriverOptions {
  /** How Jenkins behaves on machines whose disk holds one; the source image has none. */
  readonly jenkins: JenkinsMode
  /** The version served where a bake installed a Jenkins without naming its version. */
  readonly jenkinsVersion: string
  /** Default 22, where Packer looks for it. */
  readonly sshPort?: number
  /** Default 8080. */
  readonly jenkinsPort?: number
  readonly log?: (line: string) => void
}

/**
 * Machines inside this process, for hosts without root and for thousands of runs: each is an SSH server and an HTTP service on a
 * 127/8 address of its own; a Windows machine is a stand-in for WinRM too. They take uploads, record commands and execute nothing, neither on the host nor anywhere: what a bake's
 * scripts do is not proven by them. A machine never powers off by itself, because neither commands nor user data are executed.
 */
export function createLightDriver(options: LightDriverOptions): MachineDriver {
  const {jenkins, jenkinsVersion, sshPort = 22, jenkinsPort = 8080, log = () => {}} = options
  const machines = new Set<Machine>()
  let closed = false
  const driver: MachineDriver = {
    name: 'light',
    sourceContent: pristineContent,
    range: '127.0.0.0/8',
    async launch(spec: LaunchSpec) {
      if (closed) throw new Error(`${spec.instanceId} cannot be launched: the light driver is closed`)
      if (!isLightContent(spec.content)) {
        throw new Error(
          `${spec.imageId} was made by the driver ${spec.content.driver}: the light driver cannot boot it`
        )
      }
      const machine = await bootMachine(spec, spec.content, {
        jenkins,
        jenkinsVersion,
        sshPort,
        jenkinsPort,
        log,
        onProbe: () => driver.onProbe?.(spec.instanceId),
        onTerminated: () => void machines.delete(machine)
      })
      machines.add(machine)
      // close() may have run while the machine booted.
      if (closed) await machine.terminate()
      return machine
    },
    async close() {
      closed = true
      await Promise.all([...machines].map((machine) => machine.terminate()))
    }
  }
  return driver
}
