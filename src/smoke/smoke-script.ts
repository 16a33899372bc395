import type {Log} from '../lib/log.ts'
import type {ProcessIdentity} from '../lib/processes.ts'
import {runCommand} from '../lib/run-command.ts'
import {jenkinsPort} from './answer.ts'
import type {SmokeInstance} from './launch.ts'

/** The user's own check of a Jenkins that is ready. */
export interface SmokeScript {
  /** An executable file. */
  readonly path: string
  /** Without credentials and tokens. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Called as soon as it runs, so that another process can end it when this one is killed. */
  readonly onStart: (leader: ProcessIdentity) => void
}

/** What a script found wrong, and what it printed. */
export interface ScriptFailure {
  readonly reason: string
  readonly output: string
}

/** How often the log says that it still runs: what it prints is shown when it has ended. */
const sayEveryMs = 30_000

/** How much of the output the summary shows, in characters: its end. */
const mostShown = 10_000

/**
 * Runs the script on the runner, with JENKINS_URL, JENKINS_VERSION and AMI_ID in its environment.
 *
 * @returns undefined if it ended with 0
 */
export async function runSmokeScript(
  {path, env, timeoutMs, onStart}: SmokeScript,
  {instance, version, imageId}: {readonly instance: SmokeInstance; readonly version: string; readonly imageId: string},
  log: Log,
  signal: AbortSignal
): Promise<ScriptFailure | undefined> {
  const seconds = Math.round(timeoutMs / 1000)
  log.info(`Running ${path}, which may take ${seconds} s`)
  const about = {
    JENKINS_URL: `http://${instance.address}:${jenkinsPort}/`,
    JENKINS_VERSION: version,
    AMI_ID: imageId
  }
  const options = {env: {...env, ...about}, signal, timeout: timeoutMs, onStart}
  const began = Date.now()
  const saying = setInterval(() => {
    log.info(`The smoke-script is still running after ${Math.round((Date.now() - began) / 1000)} s of ${seconds} s`)
  }, sayEveryMs)
  const {code, timedOut, stdout, stderr} = await runCommand(path, [], options).finally(() => clearInterval(saying))
  const output = `${stdout}${stderr}`.trimEnd()
  if (output !== '') log.quote('smoke-script', output)
  if (code === 0) return undefined
  const end = timedOut ? `was ended after ${seconds} s, the 'smoke-timeout'` : `ended with ${code ?? 'a signal'}`
  return {
    reason: `the smoke-script ${end}.\nWhat to change: its output says what it found wrong with this Jenkins; correct the image, or the script.`,
    output: output.slice(-mostShown) || '(the smoke-script has printed nothing)'
  }
}
