import {finishKeeping} from './keep.ts'
import type {Account} from '../aws/account.ts'
import {enabledRegions} from '../aws/regions.ts'
import {tagKeys} from '../aws/tags.ts'
import {LeftoverError, messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {timeLimit, type Pause} from '../lib/wait.ts'
import type {Described} from '../aws/resources.ts'
import {clearFolder} from '../ledger/folder.ts'
import {describeLeftovers} from './leftovers.ts'
import {reopenLedger, type Ledger} from '../ledger/ledger.ts'
import {endGroup, endProcess, type ProcessIdentity} from '../lib/processes.ts'
import {reachAccount} from './sign-in.ts'
import type {BakeState} from '../ledger/state.ts'
import {isOneOf} from './spared.ts'
import {sweep} from './sweep.ts'

export interface CleanUpContext {
  readonly log: Log
  readonly env: NodeJS.ProcessEnv
  /** For the whole step, in milliseconds. All post steps of a cancelled job together have about 4 min 45 s. */
  readonly limitMs?: number
  /** How long killed processes may take to end: one that hangs in the kernel must not use up the sweep's time. */
  readonly endingMs?: number
  readonly pause?: Pause
}

/** What stays of a bake that was cut off. */
export interface CutOff {
  /** Images that it had released. */
  readonly kept: readonly string[]
  /** Images and machines that stay until they expire. */
  readonly forALook: readonly string[]
}

/** For reading Packer's announcements, in milliseconds: its output may have any length. */
const readingMs = 20_000

/**
 * Ends a bake whose main step did not finish: first the processes that could still make something, then the resources.
 *
 * In a container job no signal reaches main, which then still runs in parallel to post.
 *
 * @throws {LeftoverError} naming what could not be removed or ended
 */
export async function cleanUp(state: BakeState, context: CleanUpContext): Promise<CutOff> {
  const {log, limitMs = 200_000} = context
  const limit = timeLimit(limitMs)
  log.info(`The run ${state.bakeId} did not finish: ending it and removing what it made`)
  try {
    return await endAndRemove(state, context, limit)
  } finally {
    clearTemporaryFolder(state, log)
    clearFolder(state.folder, 'everything', log)
  }
}

async function endAndRemove(state: BakeState, context: CleanUpContext, limit: AbortSignal): Promise<CutOff> {
  const {log, endingMs = 15_000, pause} = context
  // As long as main runs, it may write to the ledger and start Packer.
  const mainRuns = await endMain(state.main, timeLimit(endingMs, [limit]))
  const ledger = readLedger(state, log)
  const running = [...mainRuns, ...(await endPacker(ledger, timeLimit(endingMs, [limit])))]
  running.forEach((problem) => log.warning(problem))
  // Now and not at the end, because this step may be killed, too.
  clearTemporaryFolder(state, log)
  clearFolder(state.folder, 'what may be secret', log)
  await ledger.readAnnouncements(timeLimit(readingMs, [limit]))

  const account = await reachAccount(state, ledger, context, limit)
  await learnCopyRegions(account, ledger, limit)
  const unkept = await finishKeeping(account, ledger.released, {bakeId: state.bakeId, began: ledger.began}).then(
    () => [],
    (error: unknown) => [messageOf(error)]
  )
  const isSpared = isOneOf(ledger.spared)
  const isKept = (one: Described): boolean => isReleased(one) || isSpared(one)
  const leftovers = await sweep({account, bakeId: state.bakeId, ledger, log, limit, pause, isKept})
  const problems = [...(leftovers.length > 0 ? [describeLeftovers(leftovers)] : []), ...unkept, ...running]
  const kept = ledger.released.flatMap(({type, id}) => (type === 'image' ? [id] : []))
  // If main kept running, as in a container job, its outputs may be missing.
  if (kept.length > 0) log.warning(`The run had released ${kept.join(', ')} before it was ended: it is kept.`)
  const forALook = ledger.spared.filter(({type}) => type === 'image' || type === 'instance').map(({id}) => id)
  if (forALook.length > 0) log.warning(`${forALook.join(', ')} stay for a person who wants to look, until they expire.`)
  if (problems.length > 0) throw new LeftoverError(problems.join('\n'))
  log.info(forALook.length > 0 ? 'Nothing else is left.' : 'Nothing is left.')
  return {kept, forALook}
}

/** Where Packer's TMPDIR is not in the bake's folder. */
function clearTemporaryFolder({temporaryFolder}: BakeState, log: Log): void {
  if (temporaryFolder !== undefined) clearFolder(temporaryFolder, 'everything', log)
}

/**
 * A resource with the bake's tag and no expiry was released, even if the ledger, which may be lost, does not say so.
 * The role of iam/ could not remove it.
 */
function isReleased({type, tags}: Described): boolean {
  const isProduct = type === 'image' || type === 'snapshot'
  return isProduct && tags[tagKeys.bake] !== undefined && tags[tagKeys.expires] === undefined
}

/** The folder lies in RUNNER_TEMP, where everything that the job runs can write. */
function readLedger({folder, began}: BakeState, log: Log): Ledger {
  const ledger = reopenLedger(folder, new Date(began))
  if (ledger.isEmpty)
    log.warning(`The ledger in ${folder} was lost: resources without the tag of the bake cannot be found.`)
  const {unreadableLines} = ledger
  if (unreadableLines > 0) log.info(`${unreadableLines} of the ledger's lines cannot be read.`)
  return ledger
}

/**
 * If the line about the template's regions was lost: the machine, which can name regions in Packer's output, cannot
 * name others than AWS.
 */
async function learnCopyRegions(account: Account, ledger: Ledger, signal: AbortSignal): Promise<void> {
  if (ledger.copyRegions !== undefined || ledger.announced.copyRegions.length === 0) return
  // Without AWS's list, each region that the output names is looked at.
  await enabledRegions(account, signal).then(
    (regions) => ledger.mayCopyTo(regions),
    () => undefined
  )
}

/** @returns a sentence about the process that could not be ended */
function endMain(main: ProcessIdentity, signal: AbortSignal): Promise<string[]> {
  return problemsOf('The main step', main.pid, endProcess(main, signal))
}

/** @returns one sentence for each process that could not be ended */
async function endPacker(ledger: Ledger, signal: AbortSignal): Promise<string[]> {
  const ended = await Promise.all(
    ledger.processes.map((leader) => problemsOf('Packer', leader.pid, endGroup(leader, signal)))
  )
  return ended.flat()
}

async function problemsOf(who: string, pid: number, work: Promise<void>): Promise<string[]> {
  try {
    await work
    return []
  } catch (error) {
    return [`${who} (process ${pid}) is still running and may make more resources: ${messageOf(error)}`]
  }
}
