import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import path from 'node:path'
import semver from 'semver'
import type {ProcessIdentity} from '../lib/processes.ts'
import {messageOf, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {pauseFor, type Pause} from '../lib/wait.ts'
import {allowedEnvironment} from '../template/allowed-environment.ts'
import {cachedPlugins, cachePlugins} from './plugins/cache.ts'
import {initFailure, rateLimitIn} from './plugins/failure.ts'
import {missing, nameOf, requiredPlugins, type RequiredPlugin} from './plugins/required.ts'
import {runCommand, type CommandResult} from '../lib/run-command.ts'

export interface InitRequest {
  readonly packer: {readonly path: string; readonly version: string}
  /** An absolute path: a file, or a folder of HCL2 files. */
  readonly template: string
  /**
   * For api.github.com; given to `packer init` alone, and only where GitHub is asked. When it is absent or empty,
   * PACKER_GITHUB_API_TOKEN of the runner's environment is used in the same way.
   */
  readonly githubToken?: string
}

export interface InitCollaborators {
  /** The runner's. */
  readonly env: NodeJS.ProcessEnv
  readonly log: Pick<Log, 'info' | 'warning' | 'mask'>
  readonly pause?: Pause
  /** Called with each process of Packer as soon as it runs. */
  readonly onStart?: (leader: ProcessIdentity) => void
}

/** Further variables for Packer's environment, with which the build finds the plugins. */
export type PluginEnvironment = Readonly<Partial<Record<'PACKER_PLUGIN_PATH', string>>>

interface Init extends Required<Omit<InitCollaborators, 'onStart'>> {
  readonly request: InitRequest
  /** Empty: none. */
  readonly token: string
  readonly required: readonly RequiredPlugin[]
  /** Runs Packer in its allowed environment and `extra`. */
  readonly run: (args: readonly string[], extra?: Readonly<Record<string, string>>) => Promise<CommandResult>
  readonly signal: AbortSignal
}

/**
 * Makes sure that the plugins which a template requires are installed. Installed plugins are used as they are, without
 * a network. A runner that has no plugins of its own, and no PACKER_PLUGIN_PATH, gets them from the tool cache, or into
 * it.
 *
 * @throws {UserError} that names the plugin that could not be installed, and the remedy
 */
export async function initPlugins(
  request: InitRequest,
  {env, log, pause = pauseFor, onStart = () => undefined}: InitCollaborators,
  signal: AbortSignal
): Promise<PluginEnvironment> {
  const {packer, template} = request
  if (semver.lt(packer.version, '1.7.0')) {
    log.info(`Packer ${packer.version} has its builders built in: no plugins to install.`)
    return {}
  }
  if (template.endsWith('.json') && !template.endsWith('.pkr.json')) {
    log.info('A legacy JSON template names no plugins: those that are installed on this runner are used.')
    return {}
  }
  const allowed = allowedEnvironment(env)
  const run: Init['run'] = (args, extra = {}) =>
    runCommand(packer.path, args, {env: {...allowed, ...extra}, signal, onStart, timeout: initMs})
  const required = await look(run, template)
  const token = request.githubToken || env['PACKER_GITHUB_API_TOKEN'] || ''
  if (token !== '') log.mask(token)
  const init = {request, token, required, run, env, log, pause, signal}
  // An old Packer does not have this command, and init itself explains a broken template.
  if (required.length > 0 && missing(required).length === 0) {
    log.info(`Installed already: ${required.map(nameOf).join(', ')}`)
    return {}
  }
  const hasOwn = Boolean(env['PACKER_PLUGIN_PATH']) || (await run(['plugins', 'installed'])).stdout.trim() !== ''
  if (required.length === 0 || hasOwn) {
    await install(init)
    return {}
  }
  return {PACKER_PLUGIN_PATH: await fromCache(init)}
}

/**
 * The plugin folder that satisfies the template: in the tool cache, or only for this job if it cannot be kept there.
 */
async function fromCache(init: Init): Promise<string> {
  const {required, log, env} = init
  const cached = await usable(init)
  if (cached !== undefined) {
    log.info(`In the tool cache: ${required.map(nameOf).join(', ')}`)
    return cached
  }
  const folder = await mkdtemp(path.join(env['RUNNER_TEMP'] || tmpdir(), 'packer-plugins-'))
  let used: string | undefined
  try {
    await install(init, {PACKER_PLUGIN_PATH: folder})
    // A runner that shares the tool cache may have been faster, and may be using what it put there.
    used = (await cachePlugins(folder, required, env, () => usable(init)).catch(warn)) ?? folder
    return used
  } finally {
    if (used !== folder) await rm(folder, {recursive: true, force: true})
  }

  function warn(error: unknown): undefined {
    log.warning(
      `The plugins could not be put into this runner's tool cache: ${messageOf(error)}. ` +
        'They are used from the temporary folder, and the next job downloads them again.'
    )
  }
}

/** The plugins in the tool cache, if they are all that the template requires. */
async function usable({required, run, request, env}: Init): Promise<string | undefined> {
  const cached = cachedPlugins(required, env)
  if (cached === undefined) return undefined
  const there = await look(run, request.template, {PACKER_PLUGIN_PATH: cached})
  return there.length > 0 && missing(there).length === 0 ? cached : undefined
}

async function look(run: Init['run'], template: string, extra?: PluginEnvironment): Promise<RequiredPlugin[]> {
  const {code, stdout} = await run(['plugins', 'required', template], extra)
  return code === 0 ? requiredPlugins(stdout) : []
}

/** For one command of Packer; it downloads about 150 MB. */
const initMs = 15 * 60_000
/** Between attempts at a host with a rate limit that does not say how long it lasts. */
const pausesMs = [15_000, 30_000, 60_000]
/** The longest rate limit that the action waits for. */
const longestWaitMs = 120_000

async function install(
  {request, token, required, run, log, pause, signal}: Init,
  extra: PluginEnvironment = {}
): Promise<void> {
  const {packer, template} = request
  // HashiCorp's own plugins come from releases.hashicorp.com, all others from GitHub unless they are there too.
  let withToken = token !== '' && missing(required).some(({source}) => !source.startsWith('github.com/hashicorp/'))
  for (const pauses = [...pausesMs]; ;) {
    const credentials: Record<string, string> = withToken ? {PACKER_GITHUB_API_TOKEN: token} : {}
    const {code, timedOut, stdout, stderr} = await run(['init', template], {...extra, ...credentials})
    if (timedOut) {
      throw new UserError(
        `packer init did not finish within ${initMs / 60_000} minutes and was ended: the server that it downloads from does not answer. ` +
          'Check the proxy and the firewall of this runner, or install the plugins beforehand and set PACKER_PLUGIN_PATH in the env of this step.'
      )
    }
    if (code === 0) return log.info(stdout.trim() || 'All plugins that the template requires are installed.')

    const said = `${stdout}\n${stderr}`
    const limit = rateLimitIn(said)
    if (limit && token !== '' && !withToken) {
      log.info('GitHub limits downloads without a token: trying with github-token')
      withToken = true
      continue
    }
    const next = pauses.shift()
    const waitMs = limit?.resetMs ?? next
    if (!limit || next === undefined || waitMs === undefined || waitMs > longestWaitMs) {
      throw initFailure(said, packer, {template, required, hadToken: withToken})
    }
    log.warning(`The host of the plugins limits this runner's requests: trying again in ${Math.ceil(waitMs / 1_000)} s`)
    await pause(waitMs + 1_000, signal)
  }
}
