import {randomBytes} from 'node:crypto'
import {spawn, type ChildProcess, type SpawnOptions} from 'node:child_process'
import {UserError} from './errors.ts'
import {pauseFor} from './wait.ts'
import {carries, lookAt, membersOf} from './process-table.ts'

/** A process that cannot be confused with a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number
  /** As the system shows it; only compared, never parsed. */
  readonly startTime: string
  /** In the environment of the process and of what it starts; absent where it was not started by {@link startGroup}. */
  readonly mark?: string
}

/** The environment variable that holds the mark of a process group of the action. */
const markVariable = 'BAKE_JENKINS_AMI_GROUP'

/**
 * Whether a value that was read from outside is the id of a process that may be ended: `kill` reads 0 and -1, which is
 * group 1, as many processes.
 */
export function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value)) return false
  const {pid, startTime} = value
  const hasMark = !('mark' in value) || (typeof value.mark === 'string' && /^[0-9a-f]{16}$/.test(value.mark))
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof startTime === 'string' && startTime !== '' && hasMark
}

/**
 * @returns undefined when there is no such process, and if the system does not show when it started; a process that has
 *   just ended and was not waited for still counts
 */
export function identify(pid: number): ProcessIdentity | undefined {
  const seen = lookAt(pid)
  return typeof seen === 'object' ? {pid, startTime: seen.startTime} : undefined
}

/** Whether it is still the same process, and more than a zombie. */
export function processRuns({pid, startTime}: ProcessIdentity): boolean {
  const seen = lookAt(pid)
  return typeof seen === 'object' && seen.startTime === startTime && !seen.isDead
}

/**
 * Ends one process, if it is still the same one, and waits until it is gone.
 *
 * @throws {Error} when the signal is aborted before, and if it is not known whether it is the same one
 */
export async function endProcess(identity: ProcessIdentity, signal: AbortSignal): Promise<void> {
  if (lookAt(identity.pid) === 'hidden') throw new Error('this system does not show which process it is')
  if (!processRuns(identity)) return
  send(identity.pid, 'SIGKILL')
  while (processRuns(identity)) await pauseFor(20, signal)
}

/**
 * Ends a whole process group, if it is still the same one, and waits until nothing of it runs.
 *
 * @throws {Error} when the signal is aborted before
 */
export async function endGroup(leader: ProcessIdentity, signal: AbortSignal): Promise<void> {
  for (let pause = 20; isOurGroup(leader) && groupRuns(leader.pid); pause = Math.min(pause * 1.5, 200)) {
    send(-leader.pid, 'SIGKILL')
    await pauseFor(pause, signal)
  }
}

/**
 * Whether the group is the one that the leader began, and not one that got the same id later: an id is given away as soon as its
 * process and all members of its group have ended.
 *
 * The leader is recognised by its start. If it has ended, its members show it: they started after it, in the session
 * that it began, and, if the group has a mark, one of them carries that.
 */
function isOurGroup({pid, startTime, mark}: ProcessIdentity): boolean {
  const leader = lookAt(pid)
  if (typeof leader === 'object') return leader.startTime === startTime
  const members = membersOf(pid)
  // If the system does not show processes, only the code that started the group can know that it exists.
  if (members === undefined) return mark === undefined
  return (
    members.every((member) => Number(member.startTime) >= Number(startTime) && member.session === pid) &&
    (mark === undefined || members.some((member) => carries(member.pid, `${markVariable}=${mark}`)))
  )
}

/** Whether the group has a member that is not a zombie (zombies stay if no process reaps them, as in containers). */
export function groupRuns(groupId: number): boolean {
  // Avoids reading all processes in most cases, and is right if they cannot be seen.
  if (!send(-groupId, 0)) return false
  return membersOf(groupId)?.some(({isDead}) => !isDead) ?? true
}

/** @returns whether the target exists; a process that may not be signalled exists */
export function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return false
    if (code === 'EPERM') return true
    throw error
  }
}

/** A process that was started as the leader of a group, and of a session, of its own. */
export interface StartedGroup {
  readonly child: ChildProcess
  readonly leader: ProcessIdentity
}

/**
 * The same for the code that started the group and has just seen its leader end: members without the mark belong to it,
 * too.
 */
export function endStarted({leader: {pid, startTime}}: StartedGroup, signal: AbortSignal): Promise<void> {
  return endGroup({pid, startTime}, signal)
}

/**
 * Starts a program in a process group of its own, so that it can be ended with all that it starts.
 *
 * @throws {UserError} when it cannot be started; and when it cannot be identified, so that a later process could not be told from it:
 *   it is ended then
 */
export function startGroup(
  file: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'stdio'>,
  identifyProcess = identify
): StartedGroup {
  const mark = randomBytes(8).toString('hex')
  const child = spawn(file, args, {...options, env: {...options.env, [markVariable]: mark}, detached: true})
  // A program that could not be started has no process id. The event `error` that follows must not end this process.
  child.on('error', () => undefined)
  if (child.pid === undefined) throw new UserError(`${file} could not be started`)
  const identity = identifyProcess(child.pid)
  if (identity === undefined) {
    // Nobody has waited for it yet, so the id is still its own.
    send(-child.pid, 'SIGKILL')
    throw new UserError(
      `${file} was started and ended again, because this system does not show when its process ${child.pid} started: later it could not be told from other processes. ` +
        'Let this runner read /proc (on macOS: run ps).'
    )
  }
  return {child, leader: {...identity, mark}}
}
