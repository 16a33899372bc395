import {readdirSync, readFileSync} from 'node:fs'

/** A process that the step left behind. */
export interface LeftProcess {
  readonly pid: number
  /** The command line, at most 200 characters. */
  readonly command: string
}

/**
 * The processes whose environment holds one of `marks`. The runner looks for RUNNER_TRACKING_ID alone; a program that was
 * started with a reduced environment does not carry that, but it does carry a HOME inside the run's own folder.
 */
export function processesCarrying(marks: readonly string[]): LeftProcess[] {
  const found: LeftProcess[] = []
  for (const pid of readdirSync('/proc')
    .map(Number)
    .filter((name) => name > 0 && name !== process.pid)) {
    const environment = read(pid, 'environ')
    if (!marks.some((mark) => environment.includes(mark))) continue
    const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim()
    found.push({pid, command: command.slice(0, 200)})
  }
  return found
}

/** Ends them as the runner does at the end of a job. */
export function killAll(processes: readonly LeftProcess[]): void {
  for (const {pid} of processes) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself since it was seen.
    }
  }
}

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // Processes end while one looks, and others' environments are not ours to read.
    return ''
  }
}
