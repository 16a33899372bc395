import {existsSync} from 'node:fs'
import {mkdir, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {messageOf} from '../../../src/lib/errors.ts'
import {cacheFolder} from '../../host/folders.ts'
import type {Progress, Run} from '../../host/run.ts'

/** The other implementation of AWS, in the version that the proxy's gaps are known of. */
export const motoVersion = '5.2.5'

/**
 * The Python that has moto, in a virtual environment outside of the repository. It is made at the first time.
 *
 * @returns the path of its interpreter
 * @throws Error that says what is missing
 */
export async function pythonWithMoto(deps: {
  readonly env: NodeJS.ProcessEnv
  readonly run: Run
  readonly progress: Progress
  readonly signal: AbortSignal
}): Promise<string> {
  const {env, run, progress, signal} = deps
  const parent = join(cacheFolder(env), 'independent')
  const folder = join(parent, `moto-${motoVersion}`)
  const python = join(folder, 'bin/python')
  // Written last: an environment that was being made when somebody pressed Ctrl-C is made again.
  const done = join(folder, 'complete')
  if (existsSync(done)) return python
  progress(`Installing moto ${motoVersion} from PyPI into ${folder}`)
  try {
    await mkdir(parent, {recursive: true})
    await rm(folder, {recursive: true, force: true})
    await run('python3', ['-m', 'venv', folder], {signal})
    await run(
      python,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `moto[server]==${motoVersion}`],
      {
        signal
      }
    )
    await mkdir(done)
  } catch (error) {
    throw new Error(
      `moto could not be installed; it needs python3 with venv (the package python3-venv on Debian), and PyPI or a mirror of it: ${messageOf(error)}`,
      {cause: error}
    )
  }
  return python
}
