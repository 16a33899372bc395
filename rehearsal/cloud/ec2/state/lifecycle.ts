import type {InstanceStateName, StateReason} from '@aws-sdk/client-ec2'
import type {Machine} from '../../../machines/driver.ts'
import {endedForCapacity} from './shortages.ts'
import type {Change, Ec2Cloud, InstanceRecord} from './store.ts'

/** Starts the way to another state: it ends when its delay is over and what it stands for has happened. */
export function newChange<S>({now, stateDelayMs}: Ec2Cloud, to: S): Change<S> {
  return {to, notBefore: now().getTime() + stateDelayMs, happened: false}
}

export function isOver<S>({now}: Ec2Cloud, change: Change<S> | undefined): change is Change<S> {
  return change !== undefined && change.happened && now().getTime() >= change.notBefore
}

const ways = {running: 'pending', stopped: 'stopping', terminated: 'shutting-down'} as const

/** Lets an instance be on its way to a state while its machine is started, stopped or ended. */
function setOut(cloud: Ec2Cloud, instance: InstanceRecord, to: keyof typeof ways, work: () => Promise<void>): void {
  const change = newChange<InstanceStateName>(cloud, to)
  instance.state = ways[to]
  instance.change = change
  enqueue(cloud, instance, async () => {
    await work()
    change.happened = true
  })
}

/** Does something to the instance's machine after everything that was to be done before. */
export function enqueue(cloud: Ec2Cloud, instance: InstanceRecord, work: () => Promise<void>): void {
  instance.work = instance.work.then(work).catch((error: unknown) => {
    cloud.log(`The machine of ${instance.id} failed: ${String(error)}`)
  })
}

/** Thrown in the place of a machine's start: there is no capacity for it after all. */
export class NoRoom extends Error {
  constructor() {
    super('there is no capacity for it, as the rehearsal was told')
  }
}

/** Starts the instance's machine for the first time. One that cannot be started is terminated, as EC2 does. */
export function launch(cloud: Ec2Cloud, instance: InstanceRecord, start: () => Promise<Machine>): void {
  setOut(cloud, instance, 'running', async () => {
    try {
      instance.machine = await start()
    } catch (error) {
      const reason = 'Server.InternalError'
      instance.stateReason =
        error instanceof NoRoom ? endedForCapacity : {Code: reason, Message: `${reason}: Internal error on launch`}
      instance.change = {...newChange<InstanceStateName>(cloud, 'terminated'), happened: true}
      throw error
    }
  })
}

export function startAgain(cloud: Ec2Cloud, instance: InstanceRecord): void {
  instance.transitionReason = ''
  delete instance.stateReason
  setOut(cloud, instance, 'running', async () => instance.machine?.start())
}

export function stop(cloud: Ec2Cloud, instance: InstanceRecord): void {
  explain(cloud, instance, 'User initiated', userInitiated)
  setOut(cloud, instance, 'stopped', async () => instance.machine?.stop())
}

export function terminate(cloud: Ec2Cloud, instance: InstanceRecord): void {
  explain(cloud, instance, 'User initiated', userInitiated)
  setOut(cloud, instance, 'terminated', async () => end(cloud, instance))
}

export function reboot(cloud: Ec2Cloud, instance: InstanceRecord): void {
  enqueue(cloud, instance, async () => whileOff(instance, async () => {}))
}

/** Does something while the machine is off, and starts it again. The instance is `running` all the while. */
export async function whileOff(instance: InstanceRecord, work: () => Promise<void>): Promise<void> {
  instance.rebooting = true
  try {
    await instance.machine?.stop()
    try {
      await work()
    } finally {
      await instance.machine?.start()
    }
  } finally {
    instance.rebooting = false
  }
}

/** The machine ended by itself: `shutdown -h` in it, or a crash. */
export function poweredOff(cloud: Ec2Cloud, instance: InstanceRecord): void {
  const isOn = instance.state === 'running' || instance.state === 'pending'
  if (!isOn || instance.rebooting) return
  explain(cloud, instance, 'Instance initiated shutdown', instanceInitiated)
  // A spot instance of a one-time request cannot be stopped.
  if (instance.shutdownBehavior === 'terminate' || instance.spotRequestId !== undefined) {
    setOut(cloud, instance, 'terminated', async () => end(cloud, instance))
  } else {
    setOut(cloud, instance, 'stopped', async () => {})
  }
}

async function end(cloud: Ec2Cloud, instance: InstanceRecord): Promise<void> {
  const {machine} = instance
  if (!machine) return
  const root = rootVolume(cloud, instance)
  if (root?.attachment?.deleteOnTermination === false) root.content = await machine.capture()
  instance.postedConsole = machine.console()
  await machine.terminate()
}

function rootVolume({volumes}: Ec2Cloud, {id, rootDeviceName}: InstanceRecord) {
  return [...volumes.values()].find(
    ({attachment}) => attachment?.instanceId === id && attachment.device === rootDeviceName
  )
}

const userInitiated: StateReason = {
  Code: 'Client.UserInitiatedShutdown',
  Message: 'Client.UserInitiatedShutdown: User initiated shutdown'
}

const instanceInitiated: StateReason = {
  Code: 'Client.InstanceInitiatedShutdown',
  Message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown'
}

function explain({now}: Ec2Cloud, instance: InstanceRecord, text: string, reason: StateReason): void {
  instance.transitionReason = `${text} (${now().toISOString().slice(0, 19).replace('T', ' ')} GMT)`
  instance.stateReason = reason
}
