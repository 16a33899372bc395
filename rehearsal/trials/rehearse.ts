import {createWriteStream} from 'node:fs'
import {copyFile, mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {finished} from 'node:stream/promises'
import {readActionUnderTest} from '../runner/action-under-test.ts'
import type {Behaviour, DriverName} from './choose-driver.ts'
import type {Authorize} from '../cloud/auth/authorize.ts'
import type {Canary, Cloud, Leftover, Shortages} from '../cloud/cloud.ts'
import type {Call} from '../cloud/calls.ts'
import type {Fault} from '../cloud/faults/fault.ts'
import type {BaseName} from '../machines/driver.ts'
import {realFiles, type RealFiles} from '../jenkins/real/files.ts'
import {expectUsable, jenkinsReachable, openJenkinsSource, type JenkinsSource} from './jenkins-source.ts'
import {startLocalCloud, type LocalCloud} from './local-cloud.ts'
import {choosePacker, releasesReachable} from '../host/packers/choose.ts'
import {cacheFolder} from '../host/folders.ts'
import {settingsFor} from '../host/packers/for-action.ts'
import {needsDerivedTemplate, type Packer} from '../host/packers/packer.ts'
import {run, type Progress} from '../host/run.ts'
import {phasesOf, reportedCalls, roundSeconds, type Report} from './report.ts'
import type {ActionFile} from '../runner/action-file.ts'
import type {Wait} from '../runner/child.ts'
import {asLogFileLine, type LogLine} from '../runner/log.ts'
import {runAction, type ActionRun} from '../runner/run-action.ts'
import {refuseRealCredentials} from '../host/safeguard.ts'
import {installSessionManagerPlugin} from '../machines/session-manager/install.ts'
import {rehearsalContext, rehearsalEnvironment, rehearsalInputs, usableInputs, declares} from './settings.ts'
import {anyOf} from '../../src/lib/wait.ts'
import {triggerAt} from './triggers.ts'

export interface RehearseOptions {
  /** Default `light`; `best` is `nspawn` where this host can run real machines. */
  readonly driver?: DriverName | 'best'
  /** The system on the source image, which only real machines run. */
  readonly base?: BaseName
  /** How the image's Jenkins behaves. Default `ready`. */
  readonly jenkins?: Behaviour
  /** A .deb or .war of Jenkins, for real machines. Default: the one that REHEARSAL_JENKINS_PACKAGE names. */
  readonly jenkinsPackage?: string
  /** A folder with plugins, for real machines. Default: the one that REHEARSAL_JENKINS_PLUGINS names. */
  readonly jenkinsPlugins?: string
  /** Takes the stand-in for Jenkins, whatever the environment names and can be reached; for tests of what only it does. */
  readonly onlyStandIn?: boolean
  /** Whether Jenkins's own repository can be reached, for real machines. */
  readonly jenkinsReachable?: () => Promise<boolean>
  /** A path, an exact version or `system`; default the best that can be had. Or one that was found already. */
  readonly packer?: string | Packer
  /** Inputs of the action, over those that the rehearsal sets. */
  readonly inputs?: Readonly<Record<string, string>>
  /** `CALL` or `CALL#N`: the runner's cancel sequence begins when that call arrives; with `:after`, when it has been answered. */
  readonly cancelAt?: string
  /** The same: SIGKILL for the action's node. */
  readonly killAt?: string
  /** The same: SIGKILL for everything that the job runs, and no post: the runner is lost. */
  readonly loseAt?: string
  /** As in a container job, where a cancel does not reach the action's node: it lives on beside post. */
  readonly container?: boolean
  /** What goes wrong deliberately in the cloud. */
  readonly faults?: readonly Fault[]
  /** Seconds that role sessions last at most, whatever is asked for. */
  readonly sessionSeconds?: number
  readonly canary?: Canary
  /** What the account and its regions lack; for tests. */
  readonly shortages?: Shortages
  /** Milliseconds that states with an end last in the cloud. Default 0. */
  readonly stateDelayMs?: number
  /** The cloud's clock; the default is the machine's. For tests. */
  readonly now?: () => Date
  /** What AWS allows whom; the default honours session policies and allows everything else. For tests. */
  readonly authorize?: Authorize
  /** As with "Enable debug logging": RUNNER_DEBUG=1, and the log has the debug lines. */
  readonly debug?: boolean
  /** Variables added to the action's environment. */
  readonly actionEnv?: Readonly<Record<string, string>>
  /** Called when a call has arrived, before it is done; for tests. */
  readonly onCall?: (call: Call) => void | Promise<void>
  /** Awaited when the action has ended and the leftovers are counted, while the cloud and its machines are still there; for tests. */
  readonly afterwards?: (local: LocalCloud, report: Report) => Promise<void>
  /** Awaited once the cloud runs, before the action does; for tests. */
  readonly onCloud?: (local: LocalCloud) => unknown
  /** Each line of the action's log, as it comes. */
  readonly onLine?: (line: LogLine) => void
  /** What is being set up, and whatever else a person wants to know while waiting. */
  readonly progress?: Progress
  /** Aborted (Ctrl-C): the cancel sequence, then everything is stopped. */
  readonly signal?: AbortSignal
  /** The clock of the cancel sequence. */
  readonly wait?: Wait
  /** Keeps everything of the run; the caller removes it. Default: a new one that keeps the log and the summary only. */
  readonly folder?: string
  /** The folder with action.yml; default this project's. */
  readonly action?: string
  /** This process's environment; default process.env. */
  readonly env?: NodeJS.ProcessEnv
}

const projectFolder = join(import.meta.dirname, '../..')

/**
 * Bakes with the committed action, as the Actions runner would run it, against a local cloud.
 * @throws Error when it cannot start: real credentials are at hand, an option cannot be used, there is no Packer, no dist/
 */
export async function rehearse(options: RehearseOptions = {}): Promise<Report> {
  const {env = process.env, progress = () => {}, signal} = options
  refuseRealCredentials(env)
  const {cancelAt, killAt, loseAt} = options
  const triggers = {cancel: triggerAt(cancelAt), kill: triggerAt(killAt), loss: triggerAt(loseAt)}
  const action = await readActionUnderTest(options.action ?? projectFolder, options.inputs ?? {})
  const files = filesFor(options)
  await expectUsable(files)
  const packer = await packerFor(options, action)
  signal?.throwIfAborted()

  const starting = startLocalCloud({
    driver: options.driver,
    base: options.base,
    jenkins: options.jenkins,
    installs: [files.package?.by, files.plugins?.by].find((by) => by?.startsWith('--')),
    needsProbes: Object.values(triggers).some(({pending}) => pending()?.includes('Probe#')),
    env,
    progress,
    signal,
    ...(options.canary ? {canary: options.canary} : {}),
    ...(options.shortages ? {shortages: options.shortages} : {}),
    ...(options.authorize ? {authorize: options.authorize} : {}),
    ...(options.stateDelayMs !== undefined ? {stateDelayMs: options.stateDelayMs} : {}),
    ...(options.faults ? {faults: options.faults} : {}),
    ...(options.now ? {now: options.now} : {}),
    ...(options.sessionSeconds !== undefined ? {sessionSeconds: options.sessionSeconds} : {}),
    async onArrival(call) {
      for (const trigger of Object.values(triggers)) trigger.onArrival(call)
      await options.onCall?.(call)
    },
    onAnswered(call) {
      for (const trigger of Object.values(triggers)) trigger.onAnswered(call)
    }
  })
  // A package takes as long to build as the machines' network.
  const [started, opened] = await Promise.allSettled([starting, jenkinsFor(options, files, starting)])
  if (started.status === 'rejected') throw started.reason
  const local = started.value
  let work: string | undefined
  try {
    if (opened.status === 'rejected') throw opened.reason
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'bake-jenkins-ami-rehearsal-')))
    work = join(folder, 'work')
    await mkdir(work, {recursive: true})
    await options.onCloud?.(local)
    const logFile = join(folder, 'log.txt')
    const {standIn, version, file, plugins} = opened.value
    const ran = await runOn(local, {
      options,
      packer,
      jenkins: opened.value,
      work,
      logFile,
      cancel: anyOf(...(signal ? [signal] : []), triggers.cancel.signal),
      kill: triggers.kill.signal,
      lose: triggers.loss.signal
    })
    for (const [what, trigger] of Object.entries(triggers)) {
      const call = trigger.pending()
      if (call !== undefined) progress(`There was no ${what}: ${call} never arrived`)
    }
    const summaryFile = join(folder, 'summary.md')
    await copyFile(ran.summaryFile, summaryFile)
    const leftovers = leftoversOf(local.cloud, ran)
    const report: Report = {
      exitCode: ran.exitCode === 0 && leftovers.length > 0 ? 1 : ran.exitCode,
      seconds: roundSeconds(ran.seconds),
      driver: local.driver,
      base: local.base ?? null,
      whyLight: local.whyLight ?? null,
      packer: {version: ran.outputs['packer-version'] || packer.version, source: packer.source},
      jenkins: {version: ran.outputs['jenkins-version'] || (version ?? 'unknown'), standIn, file, plugins},
      outputs: ran.outputs,
      phases: phasesOf(ran.lines),
      calls: reportedCalls(local.cloud.calls),
      leftovers,
      summaryFile,
      logFile
    }
    await options.afterwards?.(local, report)
    return report
  } finally {
    if (options.folder === undefined && work !== undefined) await rm(work, {recursive: true, force: true})
    await local.stop()
  }
}

/** Machines may turn out to be real ones. */
function mayBeReal({driver = 'light'}: RehearseOptions): boolean {
  return driver !== 'light'
}

function filesFor(options: RehearseOptions): RealFiles {
  const {jenkins = 'ready', jenkinsPackage, jenkinsPlugins, inputs = {}} = options
  return realFiles({
    jenkinsPackage,
    jenkinsPlugins,
    behaviour: jenkins,
    hasRepository: inputs['jenkins-repository-url'] !== undefined,
    hasUpdateCenter: inputs['jenkins-update-center-url'] !== undefined,
    usesEnvironment: mayBeReal(options) && options.onlyStandIn !== true,
    env: options.env ?? process.env,
    progress: options.progress ?? (() => {})
  })
}

function jenkinsFor(options: RehearseOptions, files: RealFiles, local: Promise<LocalCloud>): Promise<JenkinsSource> {
  return openJenkinsSource({
    behaviour: options.jenkins ?? 'ready',
    mayBeReal: mayBeReal(options),
    isGiven: options.inputs?.['jenkins-repository-url'] !== undefined,
    files,
    onlyStandIn: options.onlyStandIn,
    reachable: options.jenkinsReachable ?? jenkinsReachable,
    local,
    progress: options.progress ?? (() => {})
  })
}

async function packerFor(
  {packer, env = process.env, progress = () => {}, signal}: RehearseOptions,
  action: ActionFile
) {
  if (typeof packer === 'object') return packer
  return choosePacker(packer, {
    env,
    progress,
    run: (command, args, options) => run(command, args, {...options, ...(signal ? {signal} : {})}),
    isRoot: process.geteuid?.() === 0,
    releasesReachable,
    actionDefault: action.defaults.get('packer-version') ?? ''
  })
}

interface Performance {
  readonly options: RehearseOptions
  readonly packer: Packer
  readonly jenkins: JenkinsSource
  readonly work: string
  readonly logFile: string
  readonly cancel: AbortSignal
  readonly kill: AbortSignal
  readonly lose: AbortSignal
}

/** Runs the action against the cloud, with its log also in a file. */
async function runOn(local: LocalCloud, {options, packer, jenkins, work, logFile, cancel, kill, lose}: Performance) {
  const {env = process.env} = options
  const {cloud, sshPort} = local
  const log = createWriteStream(logFile)
  try {
    const settings = await settingsFor(packer, {
      scratch: work,
      shippedTemplate: join(projectFolder, 'templates/jenkins'),
      endpoint: cloud.endpoint,
      ...(sshPort !== undefined ? {sshPort} : {})
    })
    const workspace = env['INIT_CWD'] ?? process.cwd()
    const own = options.inputs?.['template']
    if (own && needsDerivedTemplate(packer) && !declares(resolve(workspace, own), 'custom_endpoint_ec2')) {
      throw new Error(
        `Packer ${packer.version} can be sent to the local cloud only by the template: declare a variable "custom_endpoint_ec2" and ` +
          'use it in the source, or take a Packer from 1.7 on (--packer)'
      )
    }
    const bySession = options.inputs?.['connect-via'] === 'session-manager'
    const basic = rehearsalInputs(local, jenkins, options.canary)
    const inputs = {
      ...(own ? usableInputs(basic, resolve(workspace, own), local.driver) : basic),
      ...settings.inputs,
      // Where no port is opened, the action takes no ranges.
      ...(bySession ? {'allowed-cidrs': ''} : {}),
      ...options.inputs
    }
    return await runAction({
      action: options.action ?? projectFolder,
      debug: options.debug ?? false,
      inputs,
      env: {
        ...rehearsalEnvironment(cloud, inputs, env),
        ...settings.env,
        ...options.actionEnv
      },
      path: bySession ? [...settings.path, await installSessionManagerPlugin(work)] : settings.path,
      oidc: cloud.oidc,
      context: rehearsalContext(),
      parentFolder: work,
      workspace,
      toolCache: join(cacheFolder(env), 'tool-cache'),
      ...(options.container ? {container: true} : {}),
      cancel,
      kill,
      lose,
      onLine(line) {
        log.write(`${asLogFileLine(line)}\n`)
        options.onLine?.(line)
      },
      ...(options.wait ? {wait: options.wait} : {})
    })
  } finally {
    log.end()
    await finished(log)
    await jenkins.stop()
  }
}

/** What was made and not removed, but for the images that the action says it keeps, and for what other builders made. */
function leftoversOf(cloud: Cloud, {outputs, leftover}: ActionRun): Leftover[] {
  const processes = leftover.map(({pid, command}) => ({type: 'process' as const, id: `${pid} (${command})`}))
  const kept = outputs['deregistered'] === 'false' ? (outputs['amis']?.match(/ami-[0-9a-f]+/g) ?? []) : []
  const products = outputs['also-made']?.match(/(?:vol|snap|ami)-[0-9a-f]+/g) ?? []
  return [...cloud.leftovers(kept).filter(({id}) => !products.some((one) => one === id)), ...processes]
}
