import {spawn} from 'node:child_process'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {messageOf} from '../src/lib/errors.ts'

const root = join(import.meta.dirname, '..')

/**
 * Runs jest in a process of its own, with what its ES modules need. Temporary files of the tests go to a folder that is removed
 * afterwards; jest's cache of compiled sources stays for the next run.
 *
 * @param stop ends it; its reason is the signal's name
 * @returns its exit code
 */
export async function runJest(args: readonly string[], env: NodeJS.ProcessEnv, stop: AbortSignal): Promise<number> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const program = join(root, 'node_modules/jest/bin/jest.js')
  const cache = `--cacheDirectory=${join(tmpdir(), `bake-jenkins-ami-jest-${process.getuid?.() ?? 'user'}`)}`
  // A short name: in a folder of it are sockets, whose paths have 107 characters at most (Ansible's, of ssh).
  const temporary = await mkdtemp(join(tmpdir(), 'jest-'))
  try {
    const child = spawn(process.execPath, [...flags, program, cache, ...args], {
      cwd: root,
      env: {...env, TMPDIR: temporary},
      // With --json the JSON would also be on stdout but for --outputFile; what is for people is on stderr.
      stdio: 'inherit'
    })
    // Ctrl-C reaches jest by itself; this process stays to report and to clean up.
    stop.addEventListener('abort', () => child.kill(stop.reason as NodeJS.Signals))
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => resolve(code ?? 1))
    })
  } finally {
    await rm(temporary, {recursive: true, force: true, maxRetries: 5}).catch((error: unknown) =>
      console.error(`Temporary files of the tests are left: ${messageOf(error)}`)
    )
  }
}
