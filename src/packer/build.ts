import {once} from 'node:events'
import {timeLimit} from '../lib/wait.ts'
import {openSync, closeSync} from 'node:fs'
import {open, type FileHandle} from 'node:fs/promises'
import {setImmediate as nextTurn, setTimeout as sleep} from 'node:timers/promises'
import {messageOf, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import type {Ledger, PackerRun} from '../ledger/ledger.ts'
import {endStarted, send, startGroup, type StartedGroup} from '../lib/processes.ts'
import type {PackerReport} from './unreported.ts'
import type {Hint} from '../packer-output/created.ts'
import {endsOfFile, follow} from '../packer-output/follow.ts'
import {debug} from '../lib/debug.ts'
import {diagnose} from './diagnosis.ts'
import type {BuildFacts} from './diagnosis/rule.ts'
import {showPackerLog} from './packer-log.ts'
import type {Said} from '../packer-output/speakers.ts'
import {Transcript} from './transcript.ts'

export interface BuildJob {
  /** Packer's path. */
  readonly packer: string
  /** The template: a file, or a folder of HCL2 files. */
  readonly template: string
  /** Variables files, in Packer's order: the only way in which values reach the template. */
  readonly variablesFiles: readonly string[]
  /** More arguments, which have been checked. */
  readonly arguments: readonly string[]
  readonly workingDirectory: string
  readonly environment: Readonly<Record<string, string>>
  /** For the message of a failure. */
  readonly facts: BuildFacts
  /** Packer is about to make its key pair, its first resource. */
  readonly onKeyPair: (name: string) => void
  /** Packer has gone on after it made this key pair. */
  readonly onKeyPairMade: (name: string) => void
  /** Packer is about to make its security group, under a name that nobody else uses. */
  readonly onSecurityGroup: (name: string) => void
  /** Packer has launched an instance. */
  readonly onInstance: (id: string) => void
  /** Packer, or the machine in its place, named a resource that Packer may have made. */
  readonly onHint: (hint: Hint) => void
}

/** Packer ended without an image. The message carries its last errors, which may quote the machine under construction. */
export class BuildError extends UserError {
  override readonly name = 'BuildError'
}

/** Packer cleans up by itself when it is asked to end; after this time, the sweep does the rest faster. */
const graceMs = 5_000
/** The time until killed processes are gone. */
const killingMs = 10_000

/**
 * Runs `packer build` in a process group of its own, shows its output line by line and returns what it made.
 *
 * @throws {BuildError} when Packer fails or makes no image
 * @throws the signal's reason when aborted; Packer's whole group is gone then
 */
export async function build(job: BuildJob, ledger: Ledger, log: Log, signal: AbortSignal): Promise<PackerReport> {
  signal.throwIfAborted()
  const run = ledger.nextPackerRun()
  const {group, output} = await start(job, run, ledger)
  // Aborted when Packer has ended, or cannot be ended.
  const ended = new AbortController()
  const exit = once(group.child, 'exit').finally(() => ended.abort()) as Promise<Exit>
  const stop = (): void => void endGracefully(group, ended)
  signal.addEventListener('abort', stop, {once: true})
  if (signal.aborted) stop()
  try {
    const [said] = await Promise.all([
      show(follow(output, ended.signal), run, log, job, signal),
      showPackerLog(run.errors, job.environment, log, ended.signal)
    ])
    const [code, killedBy] = await Promise.race([exit, nextTurn([null, null] as Exit)])
    signal.throwIfAborted()
    if (code !== 0) {
      const how = code === null ? `was ended by ${killedBy}` : `ended with exit code ${code}`
      const {id, message} = diagnose(said.failure(await endsOfFile(run.errors)), job.facts, how)
      throw new BuildError([message, ledger.flush()].filter(Boolean).join('\n'), id === undefined ? {} : {id})
    }
    return {artifacts: said.artifacts, finished: run.announcements.finished}
  } finally {
    signal.removeEventListener('abort', stop)
    await output.close()
    // Packer's plugins and `shell-local` provisioners are in its group and may outlive it.
    await endStarted(group, timeLimit(killingMs)).catch((error: unknown) =>
      log.warning(
        `Packer (process ${group.leader.pid}) is still running and may make more resources: ${messageOf(error)}`
      )
    )
  }
}

type Exit = [number | null, NodeJS.Signals | null]

/** The arguments that give the template its values. */
export function variablesOf({variablesFiles}: Pick<BuildJob, 'variablesFiles'>): string[] {
  return variablesFiles.map((file) => `-var-file=${file}`)
}

interface Started {
  readonly group: StartedGroup
  /** Open for reading, so that it can be read even after it was removed. */
  readonly output: FileHandle
}

async function start(job: BuildJob, run: PackerRun, ledger: Ledger): Promise<Started> {
  const output = openSync(run.output, 'a', 0o600)
  const errors = openSync(run.errors, 'a', 0o600)
  const reading = await open(run.output, 'r')
  try {
    const args = ['build', '-machine-readable', '-color=false', ...job.arguments, ...variablesOf(job), job.template]
    debug(() => `Running ${[job.packer, ...args].join(' ')} in ${job.workingDirectory}`)
    const group = startGroup(job.packer, args, {
      cwd: job.workingDirectory,
      env: job.environment,
      stdio: ['ignore', output, errors]
    })
    ledger.started(group.leader)
    return {group, output: reading}
  } catch (error) {
    await reading.close()
    throw error
  } finally {
    closeSync(output)
    closeSync(errors)
  }
}

/**
 * SIGINT to the group is what a person's Ctrl-C does; Packer then removes what it made. Its own process alone
 * would ignore it, since only its wrapped child listens.
 *
 * @param ended aborted by others when Packer has ended, and here when it does not
 */
async function endGracefully(group: StartedGroup, ended: AbortController): Promise<void> {
  send(-group.leader.pid, 'SIGINT')
  await sleep(graceMs, undefined, {signal: ended.signal}).catch(() => undefined)
  await endStarted(group, timeLimit(killingMs)).catch(() => undefined)
  await sleep(1_000, undefined, {signal: ended.signal}).catch(() => undefined)
  ended.abort()
}

async function show(
  pieces: AsyncIterable<readonly string[]>,
  {announcements}: PackerRun,
  log: Log,
  job: BuildJob,
  signal: AbortSignal
): Promise<Transcript> {
  const transcript = new Transcript()
  for await (const lines of pieces) {
    const sayings = lines.flatMap((line) => {
      const {message, said, announced} = announcements.hear(line)
      if (message) transcript.note(message, said)
      const {keyPair, madeKeyPairs = [], securityGroup, instance, hints} = announced
      if (keyPair) job.onKeyPair(keyPair)
      madeKeyPairs.forEach((name) => job.onKeyPairMade(name))
      if (securityGroup) job.onSecurityGroup(securityGroup)
      if (instance) job.onInstance(instance)
      hints.forEach((hint) => job.onHint(hint))
      return said ?? []
    })
    // Packer may print faster than the runner reads. After an abort, the rest is read but not shown.
    const behind = log.caughtUp?.(signal)
    if (behind) await behind
    if (!(behind && signal.aborted)) quote(sayings, log)
  }
  return transcript
}

/** Consecutive messages of one build are shown at once. */
function quote(sayings: readonly Said[], log: Log): void {
  let from = 0
  for (const [at, one] of sayings.entries()) {
    if (sayings[at + 1]?.build === one.build) continue
    const text = sayings.slice(from, at + 1).map((said) => said.text)
    log.quote(one.build || 'packer', text.join('\n'))
    from = at + 1
  }
}
