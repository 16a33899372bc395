import {randomUUID} from 'node:crypto'
import {arch} from 'node:os'
import {delimiter, join} from 'node:path'

/** Where a job's files are; all absolute. */
interface JobFolders {
  readonly home: string
  readonly temp: string
  readonly toolCache: string
  readonly workspace: string
}

export interface JobContext {
  readonly folders: JobFolders
  readonly actionPath: string
  readonly trackingId: string
  /** Folders put before the system's PATH. */
  readonly path: readonly string[]
  /** What the workflow's `env:` and the steps before would have set. */
  readonly env: Readonly<Record<string, string>>
  readonly oidc?: {readonly requestUrl: string; readonly requestToken: string}
  readonly debug: boolean
  /** GITHUB_* variables that are to differ from the rehearsal's own. */
  readonly context: Readonly<Record<`GITHUB_${string}`, string>>
}

/** The files that a stage may append to, by the variable that names them. */
export type CommandFiles = Readonly<
  Record<'GITHUB_ENV' | 'GITHUB_OUTPUT' | 'GITHUB_PATH' | 'GITHUB_STATE' | 'GITHUB_STEP_SUMMARY', string>
>

/** Names of a stage's command files; the runner makes new ones for each stage. */
export function commandFiles(temp: string): CommandFiles {
  const suffix = randomUUID()
  const file = (name: string) => join(temp, '_runner_file_commands', `${name}_${suffix}`)
  return {
    GITHUB_ENV: file('set_env'),
    GITHUB_OUTPUT: file('set_output'),
    GITHUB_PATH: file('add_path'),
    GITHUB_STATE: file('save_state'),
    GITHUB_STEP_SUMMARY: file('step_summary')
  }
}

/**
 * What a step's script finds in its environment, but for inputs, state and command files. Of this process's own environment
 * only PATH is taken: nothing that happens to be set here (AWS_* least of all) can change what a run does.
 */
export function jobEnvironment(job: JobContext): Record<string, string> {
  const {folders, oidc} = job
  return {
    LANG: 'C.UTF-8',
    ...job.env,
    PATH: [...job.path, process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter),
    HOME: folders.home,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: 'bake',
    GITHUB_ACTION_PATH: job.actionPath,
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_BASE_REF: '',
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_HEAD_REF: '',
    GITHUB_JOB: 'bake',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: 'example-org/jenkins-images',
    GITHUB_REPOSITORY_OWNER: 'example-org',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_WORKFLOW: 'rehearsal',
    GITHUB_WORKSPACE: folders.workspace,
    RUNNER_ARCH: arch() === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_NAME: 'rehearsal',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.toolCache,
    RUNNER_TRACKING_ID: job.trackingId,
    ...job.context,
    ...(job.debug ? {RUNNER_DEBUG: '1'} : {}),
    ...(oidc ? {ACTIONS_ID_TOKEN_REQUEST_URL: oidc.requestUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.requestToken} : {})
  }
}

/** `INPUT_*`: spaces become underscores, letters upper case; hyphens stay. */
export function inputVariables(inputs: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    [...inputs].map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value])
  )
}

/** `STATE_*`, which only post gets. */
export function stateVariables(state: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]))
}
