import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {openSync, closeSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'
import {UserError} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import type {Ledger, PackerRun} from '../cleanup/ledger.ts'
import {endGroup, groupRuns, identify, send, type ProcessIdentity} from '../cleanup/processes.ts'
import type {PackerReport} from '../image/unreported.ts'
import {Announcements, type Hint} from './announced.ts'
import {follow} from './follow.ts'
import {diagnose, type Diagnosis} from './diagnosis.ts'
import {failureIn} from './diagnosis/failure.ts'
import type {BuildFacts} from './diagnosis/rule.ts'
import {artifactsOf, parseMessage, type Message} from './messages.ts'
import {Speakers} from './speakers.ts'

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
  /** For the words of a failure. */
  readonly facts: BuildFacts
  /** Packer is about to make its key pair, the first thing that it makes. */
  readonly onKeyPair: (name: string) => void
  /** Packer is about to make its security group, under a name that nobody else uses. */
  readonly onSecurityGroup: (name: string) => void
  /** Packer has launched an instance. */
  readonly onInstance: (id: string) => void
  /** Packer, or the machine in its place, named something that Packer may have made. */
  readonly onHint: (hint: Hint) => void
}

/** Packer ended without an image. The message carries its last errors, which may quote the machine under construction. */
export class BuildError extends UserError {
  override readonly name = 'BuildError'
}

/** Packer cleans up by itself when it is asked to end; what it has not done by then, the sweep does faster. */
const graceMs = 5_000

/**
 * Runs `packer build` in a process group of its own, shows its output line by line and returns what it made.
 *
 * @throws {BuildError} when Packer fails or makes no image
 * @throws the signal's reason when aborted; Packer's whole group is gone then
 */
export async function build(job: BuildJob, ledger: Ledger, log: Log, signal: AbortSignal): Promise<PackerReport> {
  signal.throwIfAborted()
  const run = ledger.nextPackerRun()
  const {child, leader} = start(job, run, ledger)
  const ended = new AbortController()
  const exit = once(child, 'exit').finally(() => ended.abort()) as Promise<[number | null, NodeJS.Signals | null]>
  const stop = (): void => void endGracefully(leader, ended.signal)
  signal.addEventListener('abort', stop, {once: true})
  try {
    const {messages, finished} = await show(follow(run.output, ended.signal), log, job)
    const [code, killedBy] = await exit
    signal.throwIfAborted()
    if (code !== 0) {
      const {id, message} = await failureOf(messages, run, job.facts, code === null ? killedBy : code)
      throw new BuildError(message, id === undefined ? {} : {id})
    }
    return {artifacts: artifactsOf(messages), finished}
  } finally {
    signal.removeEventListener('abort', stop)
    // Packer's plugins and `shell-local` provisioners are in its group and may outlive it.
    await endGroup(leader, AbortSignal.timeout(10_000))
  }
}

/** The arguments that give the template its values. */
export function variablesOf({variablesFiles}: Pick<BuildJob, 'variablesFiles'>): string[] {
  return variablesFiles.map((file) => `-var-file=${file}`)
}

function start(job: BuildJob, run: PackerRun, ledger: Ledger): {child: ChildProcess; leader: ProcessIdentity} {
  const output = openSync(run.output, 'a', 0o600)
  const errors = openSync(run.errors, 'a', 0o600)
  try {
    const child = spawn(
      job.packer,
      ['build', '-machine-readable', '-color=false', ...job.arguments, ...variablesOf(job), job.template],
      {cwd: job.workingDirectory, env: job.environment, detached: true, stdio: ['ignore', output, errors]}
    )
    // What could not be started has no process id; the event that says so as well must not end this process.
    child.on('error', () => undefined)
    const leader = child.pid === undefined ? undefined : identify(child.pid)
    if (!leader) throw new BuildError(`${job.packer} could not be started`)
    ledger.startedPacker(leader)
    return {child, leader}
  } finally {
    closeSync(output)
    closeSync(errors)
  }
}

/**
 * SIGINT to the group is what a person's Ctrl-C does; Packer then removes what it made. Its own process alone
 * would ignore it, since only its wrapped child listens.
 */
async function endGracefully(leader: ProcessIdentity, ended: AbortSignal): Promise<void> {
  send(-leader.pid, 'SIGINT')
  await sleep(graceMs, undefined, {signal: ended}).catch(() => undefined)
  if (groupRuns(leader.pid)) await endGroup(leader, AbortSignal.timeout(10_000))
}

interface Shown {
  readonly messages: readonly Message[]
  readonly finished: readonly string[]
}

async function show(lines: AsyncIterable<string>, log: Log, job: BuildJob): Promise<Shown> {
  const messages: Message[] = []
  const announcements = new Announcements()
  const speakers = new Speakers()
  for await (const line of lines) {
    const message = parseMessage(line)
    if (message) messages.push(message)
    const said = message ? speakers.hear(message) : {build: '', text: line, byOthers: true}
    const {keyPair, securityGroup, instance, hints = []} = said ? announcements.note(said) : {}
    if (keyPair) job.onKeyPair(keyPair)
    if (securityGroup) job.onSecurityGroup(securityGroup)
    if (instance) job.onInstance(instance)
    hints.forEach((hint) => job.onHint(hint))
    if (said) log.quote(said.build || 'packer', said.text)
  }
  return {messages, finished: speakers.finished}
}

async function failureOf(
  messages: readonly Message[],
  run: PackerRun,
  facts: BuildFacts,
  end: number | NodeJS.Signals | null
): Promise<Diagnosis> {
  const stderr = await readFile(run.errors, 'utf8')
  const how = typeof end === 'number' ? `ended with exit code ${end}` : `was ended by ${end}`
  return diagnose(failureIn(messages, stderr), facts, how)
}
