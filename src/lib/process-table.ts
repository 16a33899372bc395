import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'

/** A process as the system shows it. */
export interface ProcessEntry {
  readonly pid: number
  /** In a form that depends on the system. On Linux a later start is a greater number. */
  readonly startTime: string
  readonly group: number
  readonly session: number
  /** A zombie, or about to become one. */
  readonly isDead: boolean
}

/** @returns `gone` when there is no such process, `hidden` where the system does not show it */
export function lookAt(pid: number): ProcessEntry | 'gone' | 'hidden' {
  return process.platform === 'linux' ? readStat(pid) : askPs(pid)
}

/** @returns all of a group, zombies too; undefined where the system does not show them */
export function membersOf(groupId: number): ProcessEntry[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const seen = readStat(Number(name))
        return typeof seen === 'object' && seen.group === groupId ? [seen] : []
      })
  } catch {
    return undefined
  }
}

/** Whether a process has this in its environment; false where that cannot be read. */
export function carries(pid: number, variable: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(variable)
  } catch {
    return false
  }
}

/** Fields 3, 5, 6 and 22 of /proc/PID/stat (proc(5)); the command in field 2 may contain anything, so count from its end. */
function readStat(pid: number): ProcessEntry | 'gone' | 'hidden' {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', , group, session, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const startTime = rest[15] ?? ''
    if (startTime === '') return 'hidden'
    return {pid, startTime, group: Number(group), session: Number(session), isDead: state === 'Z' || state === 'X'}
  } catch (error) {
    // The process has just ended (ESRCH), or there is no /proc at all.
    return isNoSuchProcess(error) && !exists(pid) ? 'gone' : 'hidden'
  }
}

function isNoSuchProcess(error: unknown): boolean {
  const {code} = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ESRCH'
}

function askPs(pid: number): ProcessEntry | 'gone' | 'hidden' {
  try {
    // Makes `ps` print the same moment in the same form, whatever the locales of main and post are.
    const env = {PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC'}
    const said = execFileSync('ps', ['-o', 'stat=,pgid=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env,
      timeout: 5_000
    })
    const [, state = '', group = '', startTime = ''] = /^\s*(\S+)\s+(\d+)\s+(\S.*?)\s*$/.exec(said) ?? []
    if (startTime === '') return 'hidden'
    return {pid, startTime, group: Number(group), session: Number.NaN, isDead: state.startsWith('Z')}
  } catch {
    return exists(pid) ? 'hidden' : 'gone'
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
