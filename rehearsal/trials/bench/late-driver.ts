import {setTimeout as pause} from 'node:timers/promises'
import {standInJenkinsVersion} from '../../jenkins/index-site.ts'
import type {Machine, MachineDriver} from '../../machines/driver.ts'
import {freeAddress} from '../../machines/light/address.ts'
import {createConsole} from '../../machines/light/console.ts'
import {pristineContent} from '../../machines/light/disk.ts'
import {startJenkins} from '../../machines/light/jenkins.ts'
import {listen} from '../../machines/light/listener.ts'

const port = 8080
/** Of a boot, until something answers: then Jenkins says for the rest of it that it is getting ready. */
const closedShare = 0.4

export interface LateDriver {
  readonly driver: MachineDriver
  /** When the Jenkins of a machine was ready, by the machine’s user data; as performance.now() has it. */
  readonly readyAt: ReadonlyMap<string, number>
}

/** Machines that have a Jenkins and nothing else. Their user data is the number of milliseconds until it is ready. */
export function createLateDriver(): LateDriver {
  const readyAt = new Map<string, number>()
  const machines = new Set<Machine>()
  const driver: MachineDriver = {
    name: 'light',
    sourceContent: pristineContent,
    range: '127.0.0.0/8',
    async launch({userData = '', allows, content}) {
      const address = await freeAddress([port])
      const boot = [closedShare, 1 - closedShare].map((share) => share * Number(userData))
      const console = createConsole()
      const jenkins = startJenkins({
        // Two phases that end, and one that stays.
        mode: 'slow',
        version: standInJenkinsVersion,
        listen: (onConnection) => listen({address, port}, allows, onConnection),
        onProbe: () => {},
        console,
        log: () => {},
        async sleep(_, signal) {
          await pause(boot.shift() ?? 0, undefined, {signal})
          if (boot.length === 0) readyAt.set(userData, performance.now())
        }
      })
      const end = async (): Promise<void> => {
        machines.delete(machine)
        await jenkins.stop()
      }
      const machine: Machine = {
        address,
        stop: end,
        start: () => Promise.reject(new Error('such a machine is started once')),
        terminate: end,
        capture: () => Promise.resolve(content),
        console: () => console.text()
      }
      machines.add(machine)
      return machine
    },
    async close() {
      await Promise.all([...machines].map((machine) => machine.terminate()))
    }
  }
  return {driver, readyAt}
}
