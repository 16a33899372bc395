import {readFileSync} from 'node:fs'
import {cpus, loadavg, release, totalmem} from 'node:os'

/** Where figures were measured. Nothing that names the host. */
export interface MachineDescription {
  readonly processor: string
  readonly cores: number
  readonly memoryGib: number
  readonly kernel: string
  readonly system: string
}

export function describeMachine(): MachineDescription {
  const all = cpus()
  return {
    processor: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    // Without what its builder adds, which may name the host.
    kernel: /^\d+(\.\d+)*/.exec(release())?.[0] ?? '',
    system: systemName()
  }
}

/** The load average over one minute: how many processes ran or wanted to. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform
  } catch {
    return process.platform
  }
}
