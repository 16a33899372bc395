import {once} from 'node:events'
import type {Readable} from 'node:stream'
import {debug} from './debug.ts'
import {endStarted, startGroup, type ProcessIdentity, type StartedGroup} from './processes.ts'
import {timeLimit, untilAborted} from './wait.ts'

export interface CommandResult {
  /** 0 when all went well; undefined when it did not end by itself. */
  readonly code: number | undefined
  /** It was ended because of its time limit. */
  readonly timedOut: boolean
  /** Where it is longer than 256 KB, its beginning and its end. */
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Default: this process's. */
  readonly cwd?: string
  /** Milliseconds after which it is ended; unlimited by default. */
  readonly timeout?: number
  /** Called as soon as it runs, so that another process can end it when this one is killed. */
  readonly onStart?: (leader: ProcessIdentity) => void
}

/** The time for killed processes to be gone, and for the rest of their output to be read. */
const endingMs = 5_000
const drainingMs = 1_000

/**
 * Runs a command to its end, with nothing on its standard input. A failure is a result.
 *
 * It runs in a process group of its own, which is ended with it: Packer is a wrapper and a child, a signal to the one does not reach
 * the other, and its plugins are further processes; a script starts others, too.
 *
 * @throws the signal's reason when aborted, and when the file cannot be run at all
 */
export async function runCommand(path: string, args: readonly string[], options: RunOptions): Promise<CommandResult> {
  const {env, signal, cwd, timeout, onStart} = options
  signal.throwIfAborted()
  debug(() => `Running ${[path, ...args].join(' ')}`)
  const group = startGroup(path, args, {env, cwd, stdio: ['ignore', 'pipe', 'pipe']})
  const {child} = group
  const stdout = endsOf(child.stdout)
  const stderr = endsOf(child.stderr)
  const closed = once(child, 'close')
  const ended = once(child, 'exit') as Promise<[number | null]>
  onStart?.(group.leader)
  const done = new AbortController()
  const limit = timeout === undefined ? signal : timeLimit(timeout, [signal, done.signal])
  try {
    const [code] = await untilAborted(ended, limit)
    return {code: code ?? undefined, timedOut: false, ...(await restOf(group))}
  } catch (error) {
    const rest = await restOf(group)
    signal.throwIfAborted()
    if (!limit.aborted) throw error
    return {code: undefined, timedOut: true, ...rest}
  } finally {
    done.abort()
  }

  /** A process that has left the group may hold the pipes open forever. */
  async function restOf(started: StartedGroup): Promise<Pick<CommandResult, 'stdout' | 'stderr'>> {
    await endStarted(started, timeLimit(endingMs)).catch(() => undefined)
    await untilAborted(closed, timeLimit(drainingMs)).catch(() => undefined)
    child.stdout?.destroy()
    child.stderr?.destroy()
    return {stdout: stdout(), stderr: stderr()}
  }
}

/** In characters, of each end. */
const mostKept = 128 * 1024

function endsOf(stream: Readable | null): () => string {
  let first = ''
  let last = ''
  let length = 0
  stream?.setEncoding('utf8')
  stream?.on('error', () => undefined)
  stream?.on('data', (chunk: string) => {
    length += chunk.length
    const room = mostKept - first.length
    first += chunk.slice(0, room)
    last += chunk.slice(room)
    // Not at each chunk, because cutting copies the rest.
    if (last.length > 2 * mostKept) last = last.slice(-mostKept)
  })
  return () => `${first}${length > 2 * mostKept ? '\n' : ''}${last.slice(-mostKept)}`
}
