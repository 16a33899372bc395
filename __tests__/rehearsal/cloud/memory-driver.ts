import type {DiskContent, LaunchSpec, Machine, MachineDriver} from '../../../rehearsal/machines/driver.ts'

/** A disk that knows what it was copied from. */
export interface MemoryDisk extends DiskContent {
  readonly history: readonly string[]
}

/** A machine that does nothing but remember what was done to it. */
export interface MemoryMachine extends Machine {
  readonly spec: LaunchSpec
  readonly done: readonly string[]
  readonly isOn: boolean
  powerOff(): void
}

/** Machines without any content, for tests of the cloud alone. */
export interface MemoryDriver extends MachineDriver {
  readonly machines: readonly MemoryMachine[]
  /** While set, launches wait for it. */
  gate: Promise<void> | undefined
  /** While set, launches fail. */
  broken: boolean
}

export function createMemoryDriver(): MemoryDriver {
  const machines: MemoryMachine[] = []
  const driver: MemoryDriver = {
    name: 'light',
    machines,
    gate: undefined,
    broken: false,
    sourceContent: disk([]),
    launch: async (spec) => {
      await driver.gate
      if (driver.broken) throw new Error('no machine today')
      const machine = createMachine(spec, `127.31.0.${machines.length + 10}`)
      machines.push(machine)
      return machine
    },
    close: async () => {}
  }
  return driver
}

function createMachine(spec: LaunchSpec, address: string): MemoryMachine {
  const done: string[] = []
  let isOn = true
  const step = async (name: string, on: boolean): Promise<void> => {
    done.push(name)
    isOn = on
  }
  return {
    spec,
    done,
    address,
    get isOn() {
      return isOn
    },
    stop: () => step('stop', false),
    start: () => step('start', true),
    terminate: () => step('terminate', false),
    capture: async () => {
      done.push(isOn ? 'capture while on' : 'capture while off')
      return disk([...historyOf(spec.content), spec.instanceId])
    },
    console: () => `console of ${spec.instanceId}\n`,
    powerOff: () => {
      isOn = false
      spec.onPowerOff()
    }
  }
}

function disk(history: readonly string[]): MemoryDisk {
  return {driver: 'memory', history}
}

export function historyOf(content: DiskContent): readonly string[] {
  return 'history' in content && Array.isArray(content.history) ? content.history.map(String) : []
}
