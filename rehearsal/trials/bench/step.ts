import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {commandFiles, jobEnvironment} from '../../runner/environment.ts'
import {splitLines} from '../../runner/lines.ts'

/** The environment in which the runner would start a step's script, without inputs. */
export async function stepEnvironment(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  oidc?: {readonly requestUrl: string; readonly requestToken: string}
): Promise<Record<string, string>> {
  const at = (name: string): string => join(folder, name)
  const folders = {home: at('home'), temp: at('temp'), toolCache: at('tools'), workspace: at('workspace')}
  await Promise.all(Object.values(folders).map((path) => mkdir(path, {recursive: true})))
  const files = commandFiles(folders.temp)
  await mkdir(dirname(files.GITHUB_OUTPUT), {recursive: true})
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')))
  const job = {folders, actionPath: folder, trackingId: 'bench', path: [], env, debug: false, context: {}}
  return {...jobEnvironment({...job, ...(oidc ? {oidc} : {})}), ...files}
}

export interface TimedScript {
  readonly node: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The line that ends the time, and the process. Default: the end of the process ends the time. */
  readonly until?: RegExp
  /** Ends the time, and the process. */
  readonly done?: AbortSignal
}

/**
 * The milliseconds from the start of a process to a line of its output, to the abort of `done`, or to its end. The process has ended
 * when this resolves.
 *
 * @throws Error where the process ended without what ends the time
 */
export async function timeScript({node, args, env, until, done}: TimedScript): Promise<number> {
  const began = performance.now()
  let ended: number | undefined
  const child = spawn(node, args, {env, stdio: ['ignore', 'pipe', 'pipe']})
  const stop = (): void => {
    ended ??= performance.now()
    child.kill('SIGKILL')
  }
  const said: string[] = []
  const lines = splitLines((line) => {
    said.push(line)
    if (until?.test(line)) stop()
  })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => lines.push(chunk))
  done?.addEventListener('abort', stop, {once: true})
  child.once('exit', () => {
    if (!until && !done) ended = performance.now()
  })
  await once(child, 'close')
  lines.end()
  if (ended !== undefined) return ended - began
  throw new Error(`${args.join(' ')} ended without what was waited for:\n${said.slice(-10).join('\n')}`)
}

/** The milliseconds of a Node that does nothing. */
export function timeBareNode(node: string, env: Readonly<Record<string, string>>): Promise<number> {
  return timeScript({node, args: ['-e', '0'], env})
}
