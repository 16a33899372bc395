import {copyFile, mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {readActionUnderTest} from '../runner/action-under-test.ts'
import type {Cloud, Leftover} from '../cloud/cloud.ts'
import {realFiles, type RealFiles} from '../jenkins/real/files.ts'
import {expectUsable, jenkinsReachable, openJenkinsSource, type JenkinsSource} from './jenkins-source.ts'
import {startLocalCloud, type LocalCloud} from './local-cloud.ts'
import {choosePacker, releasesReachable} from '../host/packers/choose.ts'
import {run} from '../host/run.ts'
import {phasesOf, reportedCalls, roundSeconds, type Report} from './report.ts'
import type {ActionFile} from '../runner/action-file.ts'
import type {ActionRun} from '../runner/run-action.ts'
import {refuseRealCredentials} from '../host/safeguard.ts'
import {anyOf} from '../../src/lib/wait.ts'
import {triggerAt} from './triggers.ts'
import type {RehearseOptions} from './rehearse-options.ts'
import {runOn} from './run-on-cloud.ts'

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
    const leftovers = leftoversOf(local.cloud, [ran, ...ran.beside, ...ran.again], ran.leftover)
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
      logFile,
      beside: ran.beside,
      again: ran.again
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

/** What was made and not removed, but for the images that the action says it keeps, and for what other builders made. */
function leftoversOf(
  cloud: Cloud,
  runs: readonly Pick<ActionRun, 'outputs'>[],
  running: ActionRun['leftover']
): Leftover[] {
  const processes = running.map(({pid, command}) => ({type: 'process' as const, id: `${pid} (${command})`}))
  const kept = runs.flatMap(({outputs}) =>
    outputs['deregistered'] === 'false' ? (outputs['amis']?.match(/ami-[0-9a-f]+/g) ?? []) : []
  )
  const products = runs.flatMap(({outputs}) => outputs['also-made']?.match(/(?:vol|snap|ami)-[0-9a-f]+/g) ?? [])
  return [...cloud.leftovers(kept).filter(({id}) => !products.some((one) => one === id)), ...processes]
}
