import {getExecOutput} from '@actions/exec'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {timeLimit, untilAborted} from '../lib/wait.ts'
import {allowedEnvironment} from '../template/allowed-environment.ts'

/** From this version on the plugin signs ssmmessages:OpenDataChannel with its own keys, which role and session must allow (its README). */
const signsDataChannel = '1.2.764.0'

const limitMs = 10_000

/** Logs the version of AWS's session-manager-plugin: the permissions that a connection needs depend on it. */
export async function noteSessionManagerPlugin(
  log: Pick<Log, 'info' | 'warning'>,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal
): Promise<void> {
  // The runner finds a program that does not end by a variable of its own, which is among these.
  const options = {env: allowedEnvironment(env), silent: true, ignoreReturnCode: true}
  try {
    const asked = getExecOutput('session-manager-plugin', ['--version'], options)
    const {stdout, stderr} = await untilAborted(asked, timeLimit(limitMs, [signal]))
    const version = /^\d+(\.\d+){2,3}$/m.exec(stdout.trim())?.[0]
    if (version === undefined) {
      log.warning(
        `session-manager-plugin does not report its version: it printed ${JSON.stringify((stdout || stderr).trim().slice(0, 200))}`
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
  }
}

/** Both of numbers separated by points. */
function isAtLeast(version: string, least: string): boolean {
  const [one, other] = [version, least].map((text) => text.split('.').map(Number))
  const at = (one ?? []).findIndex((number, index) => number !== (other?.[index] ?? 0))
  return at === -1 || (one?.[at] ?? 0) > (other?.[at] ?? 0)
}
