import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {run as runProgram, type Progress} from '../../host/run.ts'

/** The host's programs, run as root. */
export interface Host {
  /** What goes before a command so that it runs as root: nothing for root, else sudo. */
  readonly prefix: readonly string[]
  /** For each program: nothing of the caller's but where programs are. */
  readonly env: Readonly<Record<string, string>>
  /**
   * Runs a program as root, without a shell. Resolves with its stdout.
   *
   * @throws Error with the command and what it said
   */
  run(command: string, args: readonly string[], input?: string): Promise<string>
  /**
   * Runs a program as root that takes its time. Ctrl-C does not reach it: what has to end with this process is in a control group.
   *
   * @throws Error with the command and its last lines, or what the signal was aborted with
   */
  watch(command: string, args: readonly string[], onLine: Progress, signal?: AbortSignal): Promise<void>
}

const execute = promisify(execFile)

export function createHost(isRoot = process.geteuid?.() === 0): Host {
  // -k: a password that sudo remembers will not do, because it is forgotten during a rehearsal, and is one session's.
  const prefix = isRoot ? [] : ['sudo', '-n', '-k']
  // In a session of its own, sudo does not take over the terminal, where it would keep Ctrl-C from this process.
  const apart = ['setsid', '--wait', ...prefix]
  // Users' PATH may lack the folders of system programs.
  const env = {PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C.UTF-8'}
  return {
    prefix,
    env,
    async run(command, args, input) {
      const [program = command, ...rest] = [...(isRoot ? [] : apart), command, ...args]
      const running = execute(program, rest, {env, maxBuffer: 16 << 20})
      // A program that ends without reading its input says why on its own.
      running.child.stdin?.on('error', () => {}).end(input)
      try {
        return (await running).stdout
      } catch (error) {
        const {stderr = '', message} = error as Error & {stderr?: string}
        const said = stderr.trim() === '' ? message : stderr.trim()
        throw new Error(`${[command, ...args].join(' ')}: ${said}`, {cause: error})
      }
    },
    async watch(command, args, onLine, signal) {
      const [program = command, ...rest] = [...apart, command, ...args]
      try {
        await runProgram(program, rest, {env, onLine, ...(signal ? {signal} : {})})
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      }
    }
  }
}
