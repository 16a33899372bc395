import {setTimeout as sleep} from 'node:timers/promises'
import {isOver} from './lifecycle.ts'
import type {Ec2Cloud, InstanceRecord} from './store.ts'

/**
 * Without delays a state is over at the next call, also where a real machine needs a moment for it: Packer, shown `pending` once,
 * asks again only 15 seconds later.
 */
export async function settleWithoutDelay({stateDelayMs, driver, instances}: Ec2Cloud): Promise<void> {
  if (stateDelayMs > 0 || driver.settlingMs === undefined) return
  const timer = new AbortController()
  const work = Promise.all([...instances.values()].map((instance) => instance.work))
  await Promise.race([work, sleep(driver.settlingMs, undefined, {signal: timer.signal}).catch(() => {})])
  timer.abort()
}

/** Lets everything arrive at the state that it was on its way to, where its time has come. */
export function settle(cloud: Ec2Cloud): void {
  for (const instance of cloud.instances.values()) settleInstance(cloud, instance)
  for (const snapshot of cloud.snapshots.values()) {
    if (!isOver(cloud, snapshot.change)) continue
    snapshot.state = snapshot.change.to
    delete snapshot.change
  }
  for (const image of cloud.images.values()) {
    if (!isOver(cloud, image.change)) continue
    image.state = image.change.to
    delete image.change
  }
}

function settleInstance(cloud: Ec2Cloud, instance: InstanceRecord): void {
  if (!isOver(cloud, instance.change)) return
  instance.state = instance.change.to
  delete instance.change
  if (instance.state === 'terminated') release(cloud, instance)
  else instance.postedConsole = instance.machine?.console() ?? ''
}

/** A terminated instance keeps its record, and gives back its interface and its volumes. */
function release(cloud: Ec2Cloud, instance: InstanceRecord): void {
  cloud.interfaces.delete(instance.interfaceId)
  cloud.tags.delete(instance.interfaceId)
  for (const volume of cloud.volumes.values()) {
    if (volume.attachment?.instanceId !== instance.id) continue
    const goes = volume.attachment.deleteOnTermination
    delete volume.attachment
    if (goes) {
      cloud.volumes.delete(volume.id)
      cloud.tags.delete(volume.id)
    }
  }
}
