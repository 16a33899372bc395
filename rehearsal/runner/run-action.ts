import {randomUUID} from 'node:crypto'
import {mkdir, mkdtemp, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {readActionFile} from './action-file.ts'
import type {Wait} from './child.ts'
import {inputVariables, jobEnvironment, stateVariables, type JobContext} from './environment.ts'
import {asLogFileLine, createStageLog, type Annotation, type LogLine, type Stage} from './log.ts'
import {createMasks} from './masks.ts'
import {killAll, processesCarrying, type LeftProcess} from './processes.ts'
import {runStage, type StageResult} from './stage.ts'

export interface RunActionOptions {
  /** The folder with action.yml. */
  readonly action: string
  /** The step's `with:`. */
  readonly inputs?: Readonly<Record<string, string>>
  /** What the workflow's `env:` would set. Nothing of this process's environment but PATH is handed on. */
  readonly env?: Readonly<Record<string, string>>
  /** Folders put first on PATH. */
  readonly path?: readonly string[]
  /** As a job with `id-token: write` has it. */
  readonly oidc?: {readonly requestUrl: string; readonly requestToken: string}
  /** GITHUB_* variables that are to differ from the harness's own (`example-org/jenkins-images`, run 1, refs/heads/main …). */
  readonly context?: Readonly<Record<`GITHUB_${string}`, string>>
  /** RUNNER_DEBUG=1, and debug lines in the log. Default false. */
  readonly debug?: boolean
  /** In which the run makes its own folder. Default: the system's folder for temporary files. */
  readonly parentFolder?: string
  /** GITHUB_WORKSPACE. Default: an empty folder. */
  readonly workspace?: string
  /** RUNNER_TOOL_CACHE. Default: an empty folder. */
  readonly toolCache?: string
  /** Aborted: the runner's cancel sequence begins, then post. Without effect once main has ended. */
  readonly cancel?: AbortSignal
  /** A container job: a cancel does not reach main, which lives on beside post. Default false. */
  readonly container?: boolean
  /** Aborted: SIGKILL for main's node, then post. */
  readonly kill?: AbortSignal
  /** Aborted: SIGKILL for main's node and everything that it has started, and no post, as when a runner is lost. */
  readonly lose?: AbortSignal
  /** Each line of the log, as it comes. */
  readonly onLine?: (line: LogLine) => void
  /** The clock of the cancel sequence; the default waits in real time. */
  readonly wait?: Wait
}

export interface ActionRun {
  /** 128 + n after signal n. */
  readonly mainExitCode: number
  /** Absent where the action has no post, and where the runner was lost. */
  readonly postExitCode?: number
  /** The step's: 0 on success only. */
  readonly exitCode: number
  readonly conclusion: 'success' | 'failure' | 'cancelled'
  readonly lines: readonly LogLine[]
  /** The lines as the runner's log file has them, masked. */
  readonly log: string
  /** At most 10 of a level and stage, of at most 4096 characters, as GitHub shows them. */
  readonly annotations: readonly Annotation[]
  /** Main's outputs, unmasked. */
  readonly outputs: Readonly<Record<string, string>>
  /** What main saved for post, unmasked. */
  readonly state: Readonly<Record<string, string>>
  /** What both stages set through GITHUB_ENV. */
  readonly env: Readonly<Record<string, string>>
  readonly masks: readonly string[]
  /** Both stages' summaries, masked. */
  readonly summary: string
  readonly summaryFile: string
  /** Processes that still ran after post; they have been killed since. */
  readonly leftover: readonly LeftProcess[]
  /** The run's own folder: home, temp, workspace, tool cache, summary.md. The caller removes it. */
  readonly folder: string
  /** Of main and post together. */
  readonly seconds: number
}

/**
 * Runs an action's main and post as the Actions runner does (actions/runner 2.336: ProcessInvoker.cs, ActionRunner.cs,
 * ActionCommandManager.cs, FileCommandManager.cs).
 * @throws Error when action.yml cannot be used
 */
export async function runAction(options: RunActionOptions): Promise<ActionRun> {
  const action = await readActionFile(options.action)
  const inputs = new Map([...action.defaults, ...Object.entries(options.inputs ?? {})])
  // Always a new one: its name also tells the run's processes from all others.
  const folder = await mkdtemp(join(options.parentFolder ?? tmpdir(), 'action-run-'))
  const job = await prepareJob(options, folder, action.folder)
  const masks = createMasks()
  const lines: LogLine[] = []
  const began = performance.now()

  const stage = (name: Stage, script: string, env: Record<string, string>, given: Partial<JobContext> = {}) => {
    const log = createStageLog({
      stage: name,
      masks,
      debug: job.debug,
      now: () => performance.now() - began,
      onLine(line) {
        lines.push(line)
        options.onLine?.(line)
      }
    })
    if (name === 'main') warnOfUnknownInputs(options.inputs ?? {}, action.defaults, log.warning)
    const child = {
      script,
      cwd: job.folders.workspace,
      env: {...jobEnvironment({...job, ...given}), ...inputVariables(inputs), ...env},
      wait: options.wait ?? realTime,
      ...(name === 'main' && options.cancel ? {cancel: options.cancel} : {}),
      ...(options.container ? {container: true} : {}),
      ...(name === 'main' && options.kill ? {kill: options.kill} : {})
    }
    return runStage(child, log, masks, job.folders.temp)
  }

  const marks = [job.trackingId, folder]
  // Between one process's end and the next nothing of the run may act, so this does not wait for anything.
  const lose = (): void => killAll(processesCarrying(marks))
  options.lose?.addEventListener('abort', lose, {once: true})
  const main = await stage('main', action.main, {})
  const cancelled = options.cancel?.aborted === true
  const lost = options.lose?.aborted === true
  // Again, for what was being started when the others were ended.
  if (lost) await endAll(marks)
  const post =
    action.post === undefined || lost
      ? undefined
      : await stage('post', action.post, stateVariables(main.state), {
          env: {...job.env, ...main.env},
          path: [...main.path, ...job.path]
        })
  const seconds = (performance.now() - began) / 1000
  const leftover = processesCarrying(marks)
  killAll(leftover)

  const summary = main.summary + (post?.summary ?? '')
  const summaryFile = join(folder, 'summary.md')
  await writeFile(summaryFile, summary)
  return {
    mainExitCode: main.exitCode,
    ...(post ? {postExitCode: post.exitCode} : {}),
    ...conclude(main, post, cancelled),
    lines,
    log: lines.map((line) => `${asLogFileLine(line)}\n`).join(''),
    annotations: [...main.annotations, ...(post?.annotations ?? [])],
    outputs: main.outputs,
    state: main.state,
    env: {...main.env, ...post?.env},
    masks: masks.values,
    summary,
    summaryFile,
    leftover,
    folder,
    seconds
  }
}

/** Ends everything of a run, and waits until it is gone: a killed process takes a moment. */
async function endAll(marks: readonly string[]): Promise<void> {
  for (let rounds = 0; rounds < 500; rounds += 1) {
    const left = processesCarrying(marks)
    if (left.length === 0) return
    killAll(left)
    await sleep(10)
  }
}

async function prepareJob(options: RunActionOptions, folder: string, actionPath: string): Promise<JobContext> {
  const folders = {
    home: join(folder, 'home'),
    temp: join(folder, 'temp'),
    toolCache: options.toolCache ?? join(folder, 'tool-cache'),
    workspace: options.workspace ?? join(folder, 'workspace')
  }
  await Promise.all(Object.values(folders).map((path) => mkdir(path, {recursive: true})))
  return {
    folders,
    actionPath,
    trackingId: `github_${randomUUID()}`,
    path: options.path ?? [],
    env: options.env ?? {},
    debug: options.debug ?? false,
    context: options.context ?? {},
    ...(options.oidc ? {oidc: options.oidc} : {})
  }
}

function conclude(main: StageResult, post: StageResult | undefined, cancelled: boolean) {
  const failed = main.failed || (post?.failed ?? false)
  const conclusion: ActionRun['conclusion'] = cancelled ? 'cancelled' : failed ? 'failure' : 'success'
  return {conclusion, exitCode: conclusion === 'success' ? 0 : main.exitCode || post?.exitCode || 1}
}

function warnOfUnknownInputs(
  given: Readonly<Record<string, string>>,
  declared: ReadonlyMap<string, string>,
  warn: (message: string) => void
): void {
  const unknown = Object.keys(given).filter((name) => !declared.has(name))
  if (unknown.length > 0) warn(`Unexpected input(s) ${names(unknown)}, valid inputs are [${names(declared.keys())}]`)
}

function names(all: Iterable<string>): string {
  return [...all].map((name) => `'${name}'`).join(', ')
}

const realTime: Wait = async (ms, signal) => {
  // Cut short by the signal, which is not an error.
  await sleep(ms, undefined, {signal}).catch(() => undefined)
}
