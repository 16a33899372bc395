import {mkdir, writeFile} from 'node:fs/promises'
import type {Server} from 'node:http'
import {join} from 'node:path'
import {cacheFolder} from '../../host/folders.ts'
import type {Progress} from '../../host/run.ts'
import type {BaseName, LaunchSpec, Machine, MachineDriver} from '../driver.ts'
import {baseSystem} from './base.ts'
import {createCgroups, findHierarchies} from './cgroups.ts'
import {cleanUp} from './clean-up.ts'
import type {Port} from './firewall.ts'
import {createHost} from './host.ts'
import {createLayers, isNspawnContent} from './layers.ts'
import {bootMachine} from './machine.ts'
import {createMetadataService} from './metadata.ts'
import {metadataTree} from './metadata-tree.ts'
import {createNetwork} from './network.ts'
import {installPackages} from './packages.ts'
import {whyNoBase} from './recipes.ts'
import {createRun} from './runs.ts'
import {startServices} from './services.ts'
import {whyNot} from './why-not.ts'

export {cleanUp, whyNoBase, whyNot}

export interface NspawnDriverOptions {
  /** The system on the source image. Default `debian-13`. */
  readonly base?: BaseName
  /** Sentences for the person who waits: the first time, packages are installed and the base system is built. */
  readonly progress?: Progress
  readonly log?: (line: string) => void
  /** This process's environment; default process.env. */
  readonly env?: NodeJS.ProcessEnv
  /** Default: the rehearsal's cache. */
  readonly cache?: string
  /** Aborted while the base system is built: everything is undone. */
  readonly signal?: AbortSignal
}

export interface NspawnDriver extends MachineDriver {
  readonly name: 'nspawn'
  /** Where the machines see this host. */
  readonly hostAddress: string
  /** Holds the layers of images in `layers/N` and of each machine in `machines/INSTANCE/upper`. */
  readonly runFolder: string
  /**
   * Lets a server listen in the machines' network, for them and for this host; a firewall of the host's has no say there.
   *
   * @returns Its host and port
   */
  readonly serve: (server: Server) => Promise<string>
}

/** It takes two seconds at most, but for a machine whose services are slow to stop. */
const settlingMs = 10_000

interface Place {
  readonly spec: LaunchSpec
  readonly address: string
  port: string
}

/**
 * Real machines: a distribution on systemd, started by systemd-nspawn, each with a disk of overlaid layers, a network namespace and a
 * control group of its own. Nothing of the host changes but for one network interface, and everything ends with `close`; what a
 * killed process leaves, the next start removes.
 *
 * @throws Error with the command that failed; `whyNot` says beforehand whether this host can
 */
export async function createNspawnDriver(options: NspawnDriverOptions = {}): Promise<NspawnDriver> {
  const {base = 'debian-13', env = process.env, cache = cacheFolder(), signal} = options
  const {progress = () => {}, log = () => {}} = options
  const host = createHost()
  const hierarchies = await findHierarchies()
  if (!hierarchies) throw new Error('Real machines need the cgroup file system of version 2, and none is mounted')
  await installPackages(host, progress)
  signal?.throwIfAborted()
  for (const removed of await cleanUp(cache)) progress(`Removed what a killed rehearsal left: ${removed}`)

  const run = await createRun(cache)
  const cgroups = createCgroups(host, hierarchies, run.id)
  const removeFolder = async () => {
    await host.run('rm', ['-rf', run.folder])
  }
  // What has been made, last first, is what has to be undone.
  const made: (() => void | Promise<void>)[] = [() => cgroups.end(), removeFolder]
  const undo = async () => {
    for (const one of made) await one()
  }
  try {
    const folders = {machines: join(run.folder, 'machines'), layers: join(run.folder, 'layers')}
    await Promise.all(Object.values(folders).map((folder) => mkdir(folder)))
    // The form in which cloud-init knows EC2 by the hypervisor's word.
    await writeFile(join(run.folder, 'hypervisor-uuid'), `ec2${run.id.slice(0, 5)}-0000-4000-8000-000000000000\n`)
    const system = await baseSystem({base, host, cgroups, cache, scratch: run.folder, env, progress, signal})
    const layers = await createLayers(host, folders.layers, system)
    const onLost = (what: string) => log(`The machines are cut off: ${what}`)
    const network = await createNetwork({host, cgroups, runId: run.id, onLost})
    made.unshift(() => network.close())
    await writeFile(join(run.folder, 'resolv.conf'), `nameserver ${network.gateway}\n`)

    const places = new Map<string, Place>()
    const machines = new Map<string, Machine>()
    const metadata = createMetadataService((address) => {
      const place = [...places.values()].find((one) => one.address === address)
      return place && {options: place.spec.metadata, tree: metadataTree(place.spec, address, `${address}/24`)}
    })
    const services = await startServices(network, metadata, log)
    made.unshift(() => services.close())
    const setPorts = () =>
      network.setPorts(
        [...places.values()].map(({spec, address, port}): Port => ({name: port, address, rules: spec.ingress()}))
      )
    let ports = 0
    let closed = false
    let closing: Promise<void> | undefined
    const end = async () => {
      await Promise.all([...machines.values()].map((machine) => machine.terminate()))
      await undo()
    }
    // Now rather than at the first launch it shows whether the kernel has what the rules need.
    await setPorts()
    const refuseWhenClosed = (name: string) => {
      if (closed) throw new Error(`${name} cannot be launched: the nspawn driver is closed`)
    }

    return {
      name: 'nspawn',
      hostAddress: network.hostAddress,
      runFolder: run.folder,
      settlingMs,
      sourceContent: layers.base,
      range: network.range,
      base,
      rulesChanged: setPorts,
      serve: services.serve,
      async launch(spec) {
        const {instanceId: name, content} = spec
        refuseWhenClosed(name)
        if (!isNspawnContent(content))
          throw new Error(`${spec.imageId} was made by the driver ${content.driver}: nspawn cannot boot it`)
        const place: Place = {spec, address: network.nextAddress(), port: ''}
        const machine = await bootMachine(spec, content, {
          host,
          cgroups,
          network,
          layers,
          folder: join(folders.machines, name),
          address: place.address,
          async plugIn() {
            refuseWhenClosed(name)
            place.port = `m${++ports}`
            places.set(name, place)
            await setPorts()
            return place.port
          },
          onTerminated() {
            places.delete(name)
            machines.delete(name)
          },
          log
        })
        machines.set(name, machine)
        // close() may have run while the machine booted.
        if (closed) await machine.terminate()
        return machine
      },
      close() {
        closed = true
        return (closing ??= end())
      }
    }
  } catch (error) {
    await undo()
    throw error
  }
}
