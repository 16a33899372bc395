import {getExecOutput} from '@actions/exec'
import {which} from '@actions/io'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {endProcess, identify, type ProcessIdentity} from '../lib/processes.ts'
import {timeLimit, untilAborted} from '../lib/wait.ts'
import {allowedEnvironment} from '../template/allowed-environment.ts'

/** From this version on the plugin signs ssmmessages:OpenDataChannel with its own keys, which role and session must allow (its README). */
const signsDataChannel = '1.2.764.0'

const usualLimitMs = 10_000
const endingMs = 2_000

/**
 * Prints the id of the process that becomes the plugin, since @actions/exec does not tell it, and no more than the
 * beginning of the plugin's output: @actions/exec keeps all that it reads.
 */
const script = `{ sh -c 'echo $$ >&3; exec "$0" --version 3>&-' "$0" 2>&1 | head -c 4096; } 3>&1`

/** Logs the version of AWS's session-manager-plugin: the permissions that a connection needs depend on it. */
export async function noteSessionManagerPlugin(
  log: Pick<Log, 'info' | 'warning'>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  limitMs = usualLimitMs
): Promise<void> {
  let plugin: ProcessIdentity | undefined
  const stdout = (data: Buffer): void => {
    plugin ??= identify(Number(/^\d+(?=\n)/.exec(data.toString('latin1'))?.[0]))
  }
  // The runner finds a program that does not end by a variable of its own, which is among these.
  const options = {env: allowedEnvironment(env), silent: true, ignoreReturnCode: true, listeners: {stdout}}
  try {
    const asked = getExecOutput('sh', ['-c', script, await which('session-manager-plugin', true)], options)
    const output = (await untilAborted(asked, timeLimit(limitMs, [signal]))).stdout
    const said = output.slice(output.indexOf('\n') + 1).trim()
    const version = /^\d+(\.\d+){2,3}$/m.exec(said)?.[0]
    if (version === undefined) {
      log.warning(
        `session-manager-plugin does not report its version: it printed ${JSON.stringify(said.slice(0, 200))}`
      )
      return
    }
    const needs = isAtLeast(version, signsDataChannel)
      ? ': it needs ssmmessages:OpenDataChannel, which iam/session-manager-permissions.json allows'
      : ''
    log.info(`session-manager-plugin ${version}${needs}`)
  } catch (error) {
    signal.throwIfAborted()
    log.warning(`session-manager-plugin could not be asked for its version: ${messageOf(error)}`)
  } finally {
    if (plugin) await endProcess(plugin, timeLimit(endingMs)).catch(() => undefined)
  }
}

/** Both of numbers separated by points. */
function isAtLeast(version: string, least: string): boolean {
  const [one, other] = [version, least].map((text) => text.split('.').map(Number))
  const at = (one ?? []).findIndex((number, index) => number !== (other?.[index] ?? 0))
  return at === -1 || (one?.[at] ?? 0) > (other?.[at] ?? 0)
}
