import type {Machine, MachineDriver} from './driver.ts'

/**
 * A driver whose machines can be none: nothing runs and nothing answers at their address, which belongs to nobody (RFC 5737). They
 * are for instances that are only looked at.
 *
 * @param isInert asked at each launch
 */
export function withInertMachines(driver: MachineDriver, isInert: () => boolean): MachineDriver {
  return {
    name: driver.name,
    sourceContent: driver.sourceContent,
    ...(driver.range !== undefined ? {range: driver.range} : {}),
    ...(driver.base !== undefined ? {base: driver.base} : {}),
    ...(driver.settlingMs !== undefined ? {settlingMs: driver.settlingMs} : {}),
    launch: async (spec) => {
      if (!isInert()) return driver.launch(spec)
      const nothing = async (): Promise<void> => {}
      const machine: Machine = {
        address: '192.0.2.1',
        stop: nothing,
        start: nothing,
        terminate: nothing,
        capture: async () => spec.content,
        console: () => ''
      }
      return machine
    },
    rulesChanged: async () => (isInert() ? undefined : driver.rulesChanged?.()),
    close: () => driver.close()
  }
}
