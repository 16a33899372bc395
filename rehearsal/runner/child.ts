import {spawn} from 'node:child_process'
import {constants} from 'node:os'
import type {Readable} from 'node:stream'
import {splitLines} from './lines.ts'
import {actionsNode} from './node.ts'

/** Resolves after `ms` milliseconds, or when `signal` aborts; never rejects. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

export interface ChildOptions {
  /** Absolute path of the script for node. */
  readonly script: string
  readonly cwd: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** Every line of stdout and stderr, without its end. */
  readonly onLine: (line: string) => void
  /** Begins the runner's cancel sequence. */
  readonly cancel?: AbortSignal
  /**
   * As in a container job: the runner's signals reach the client of `docker exec`, which ends and passes none on. The process lives
   * on beside what comes after it, and nobody reads what it still says.
   */
  readonly container?: boolean
  /** Ends the process with SIGKILL at once. */
  readonly kill?: AbortSignal
  readonly wait: Wait
}

const sigintMs = 7_500
const sigtermMs = 2_500
const heldOutputMs = 5_000

/**
 * Runs a script with node as the runner's ProcessInvoker.cs does and resolves with its exit code (128 + n after signal n).
 * A cancel is SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL, each to node's own pid: its children live on; in a container job no signal
 * reaches it. When node is gone and a
 * child of it still holds its output, the end of the output is awaited for 5 s.
 * @throws Error of spawn, with code E2BIG where the environment is too large
 */
export async function runChild(options: ChildOptions): Promise<number> {
  const child = spawn(actionsNode().executable, [options.script], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a process group of its own, so that a Ctrl-C in the terminal reaches it only through the cancel sequence.
    detached: true
  })
  const over = new AbortController()
  let deserted = false
  // Registered before anything can happen; a spawn that fails emits `error` and no `exit`.
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
    const desert = (): void => {
      deserted = true
      resolve(128 + constants.signals.SIGINT)
    }
    if (options.container) whenAborted(options.cancel, over.signal, desert)
  })
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  const onLine = (line: string): void => void (deserted || options.onLine(line))
  for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine)

  const send = (signal: NodeJS.Signals) => !over.signal.aborted && child.kill(signal)
  const cancel = async () => {
    send('SIGINT')
    await options.wait(sigintMs, over.signal)
    send('SIGTERM')
    await options.wait(sigtermMs, over.signal)
    send('SIGKILL')
  }
  if (!options.container) whenAborted(options.cancel, over.signal, () => void cancel())
  whenAborted(options.kill, over.signal, () => send('SIGKILL'))

  try {
    const exitCode = await exited
    over.abort()
    if (deserted) return exitCode
    const outputEnded = new AbortController()
    await Promise.race([closed.finally(() => outputEnded.abort()), options.wait(heldOutputMs, outputEnded.signal)])
    return exitCode
  } finally {
    over.abort()
    if (!deserted) {
      child.stdout.destroy()
      child.stderr.destroy()
    }
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  const lines = splitLines(onLine)
  stream.on('data', (chunk: Buffer) => lines.push(chunk))
  stream.on('close', () => lines.end())
}

function whenAborted(signal: AbortSignal | undefined, until: AbortSignal, act: () => void): void {
  if (signal?.aborted) act()
  else signal?.addEventListener('abort', act, {once: true, signal: until})
}
