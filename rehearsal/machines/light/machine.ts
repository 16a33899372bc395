import {connect} from 'node:net'
import {serial} from '../../host/serial.ts'
import type {LaunchSpec, Machine} from '../driver.ts'
import {freeAddress} from './address.ts'
import {bootLines, createConsole, noWinRmLine, powerOffLine, winRmLine} from './console.ts'
import {contentOf, diskFrom, type LightContent} from './disk.ts'
import {installedJenkins} from './installed-jenkins.ts'
import {startJenkins, type Jenkins} from './jenkins.ts'
import type {JenkinsMode} from './jenkins-boot.ts'
import {fingerprintOf, makeHostKey, parsePublicKey} from './keys.ts'
import {listen, type Listener} from './listener.ts'
import {createSshService} from './ssh.ts'
import {setsUpWinRm} from './winrm/login.ts'
import {createWinRmService} from './winrm/service.ts'

export interface MachineOptions {
  readonly jenkins: JenkinsMode
  /** For disks that hold a Jenkins without saying which. */
  readonly jenkinsVersion: string
  readonly sshPort: number
  readonly jenkinsPort: number
  readonly onProbe: () => void | Promise<void>
  readonly onTerminated: () => void
  readonly log: (line: string) => void
}

/** What a machine runs while it is on. */
interface Running {
  /** The servers that Packer logs in to. */
  readonly logins: readonly Listener[]
  readonly jenkins: Jenkins | undefined
}

/**
 * Boots a machine from an image's content.
 *
 * @throws Error when the public key cannot be read, or no address is free
 */
export async function bootMachine(spec: LaunchSpec, content: LightContent, options: MachineOptions): Promise<Machine> {
  const log = (line: string) => options.log(`${spec.instanceId}: ${line}`)
  const {username, publicKey, userData, windows} = spec
  const disk = diskFrom(content, username, userData)
  const hostKey = makeHostKey()
  const onSsh = createSshService({hostKey, username, publicKey, disk, log})
  const authorizedKey = publicKey === undefined ? undefined : fingerprintOf(parsePublicKey(publicKey))
  const winRm =
    windows && setsUpWinRm(userData)
      ? await createWinRmService({username, password: windows.password, userData, disk, log})
      : undefined
  const services = [{port: options.sshPort, onConnection: onSsh}, ...(winRm ?? [])]
  const address = await freeAddress([...services.map(({port}) => port), options.jenkinsPort])
  const shown = createConsole()
  let running: Running | undefined
  let terminated = false

  // One change at a time: whoever terminates a machine that is being stopped waits until it is off.
  const inTurn = serial()
  const powerOn = async () => {
    const logins = await Promise.all(
      services.map(({port, onConnection}) => listen({address, port}, spec.allows, onConnection))
    )
    shown.lines(bootLines({...spec, userData, address, hostKey, authorizedKey}))
    if (windows) shown.line(winRm ? winRmLine : noWinRmLine)
    // Whether Jenkins is there shows at boot only: like a service that the package enabled but did not start.
    const version = installedJenkins(disk, options.jenkinsVersion)
    running = {logins, jenkins: version === undefined ? undefined : serviceOf(version)}
    log(`on at ${address}, ${version === undefined ? 'no Jenkins' : `Jenkins ${version} (${options.jenkins})`}`)
  }
  const serviceOf = (version: string) =>
    startJenkins({
      mode: options.jenkins,
      version,
      listen: (onConnection) => listen({address, port: options.jenkinsPort}, spec.allows, onConnection),
      onProbe: options.onProbe,
      console: shown,
      log
    })
  const powerOff = async () => {
    const was = running
    running = undefined
    if (was === undefined) return
    await Promise.all([...was.logins.map((login) => login.close()), was.jenkins?.stop()])
    shown.line(powerOffLine)
    log('off')
  }

  await powerOn()
  return {
    address,
    stop: () => inTurn(powerOff),
    start: () =>
      inTurn(async () => {
        if (terminated) throw new Error(`${spec.instanceId} was terminated: it cannot be started again`)
        if (running === undefined) await powerOn()
      }),
    async terminate() {
      terminated = true
      await inTurn(powerOff)
      options.onTerminated()
    },
    connectInside: (port) => connect({host: address, port, localAddress: address}),
    capture: () => Promise.resolve(contentOf(disk)),
    console: () => shown.text()
  }
}
