import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {pauseFor} from '../wait.ts'

/** A process that cannot be confused with a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number
  /** As the system tells it; compared as text only. */
  readonly startTime: string
}

/** Whether something that was read from outside names a process that may be ended: to `kill`, 0, 1 and -1 mean many. */
export function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value)) return false
  const {pid, startTime} = value
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof startTime === 'string' && startTime !== ''
}

/** @returns undefined when there is no such process; one that has just ended and was not waited for is still there */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? statOf(pid)?.startTime : psStartTime(pid)
  return startTime ? {pid, startTime} : undefined
}

/** Whether it is still the same process, and more than a zombie. */
export function processRuns({pid, startTime}: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime && !isZombie(pid)
}

/** Ends one process, if it is still the same one, and waits until it is gone. */
export async function endProcess(identity: ProcessIdentity, signal: AbortSignal): Promise<void> {
  if (!processRuns(identity)) return
  send(identity.pid, 'SIGKILL')
  while (processRuns(identity)) await pauseFor(20, signal)
}

/**
 * Ends a whole process group and waits until nothing of it runs. Where the leader's id was taken over by another
 * process, that one is left alone: a group's id is not given away while the group has members.
 */
export async function endGroup(leader: ProcessIdentity, signal: AbortSignal): Promise<void> {
  const current = identify(leader.pid)
  if (current && current.startTime !== leader.startTime) return
  while (groupRuns(leader.pid)) {
    send(-leader.pid, 'SIGKILL')
    await pauseFor(20, signal)
  }
}

/** Whether the group has a member that is more than a zombie (where nobody reaps, as in containers, zombies stay). */
export function groupRuns(groupId: number): boolean {
  if (process.platform !== 'linux') return send(-groupId, 0)
  return readdirSync('/proc').some((name) => {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined
    return stat?.group === groupId && !isDead(stat.state)
  })
}

/** @returns whether there was anything to send it to */
export function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function isZombie(pid: number): boolean {
  return isDead((process.platform === 'linux' && statOf(pid)?.state) || '')
}

function isDead(state: string): boolean {
  return state === 'Z' || state === 'X'
}

/** Fields 3, 5 and 22 of /proc/PID/stat (proc(5)); the command in field 2 may contain anything, so count from its end. */
function statOf(pid: number): {state: string; group: number; startTime: string} | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', , group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {state, group: Number(group), startTime: rest[16] ?? ''}
  } catch {
    return undefined
  }
}

function psStartTime(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {encoding: 'utf8'}).trim()
  } catch {
    return undefined
  }
}
