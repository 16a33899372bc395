import {execFile} from 'node:child_process'
import {promisify} from 'node:util'

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
}

const execute = promisify(execFile)

export function createHost(isRoot = process.geteuid?.() === 0): Host {
  const prefix = isRoot ? [] : ['sudo', '-n']
  // Users' PATH may lack the folders of system programs.
  const env = {PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C.UTF-8'}
  return {
    prefix,
    env,
    async run(command, args, input) {
      const [program = command, ...rest] = [...prefix, command, ...args]
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
    }
  }
}
