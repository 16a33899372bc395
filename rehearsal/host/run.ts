import {spawn} from 'node:child_process'
import {createInterface} from 'node:readline'

/** One line for the person who waits. */
export type Progress = (sentence: string) => void

interface RunOptions {
  readonly cwd?: string
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Each line of stdout and stderr. */
  readonly onLine?: Progress
  readonly signal?: AbortSignal
}

/** Runs a program and resolves with its stdout. Replaced in tests. */
export type Run = (command: string, args: readonly string[], options?: RunOptions) => Promise<string>

/**
 * Runs a program without a shell.
 * @throws Error with the command, how it ended and the last ten lines that it printed
 */
export const run: Run = async (command, args, {cwd, env, onLine, signal} = {}) => {
  const child = spawn(command, args, {
    cwd,
    env: {...process.env, ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
    signal
  })
  const stdout: string[] = []
  const printed: string[] = []
  const read = (stream: NodeJS.ReadableStream, keep: string[]) => {
    createInterface({input: stream}).on('line', (line) => {
      keep.push(line)
      if (keep !== printed) printed.push(line)
      onLine?.(line)
    })
  }
  read(child.stdout, stdout)
  read(child.stderr, printed)
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, by) => resolve(code === 0 ? undefined : `ended with ${code ?? by ?? 'no exit code'}`))
  })
  if (ended !== undefined) {
    const said = printed.slice(-10).map((line) => `\n    ${line}`)
    throw new Error(`${[command, ...args].join(' ')}: ${ended}${said.join('')}`)
  }
  return stdout.join('\n')
}
