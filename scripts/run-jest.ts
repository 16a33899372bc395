import {spawn} from 'node:child_process'
import {join} from 'node:path'

const root = join(import.meta.dirname, '..')

/**
 * Runs jest in a process of its own, with what its ES modules need.
 *
 * @param stop ends it; its reason is the signal's name
 * @returns its exit code
 */
export async function runJest(args: readonly string[], env: NodeJS.ProcessEnv, stop: AbortSignal): Promise<number> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const program = join(root, 'node_modules/jest/bin/jest.js')
  const child = spawn(process.execPath, [...flags, program, ...args], {
    cwd: root,
    env,
    // With --json the JSON would also be on stdout but for --outputFile; what is for people is on stderr.
    stdio: 'inherit'
  })
  // Ctrl-C reaches jest by itself; this process stays to report and to clean up.
  stop.addEventListener('abort', () => child.kill(stop.reason as NodeJS.Signals))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
