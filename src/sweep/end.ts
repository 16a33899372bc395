import {timeLimit} from '../lib/wait.ts'
import type {Account} from '../aws/account.ts'
import type {Described} from '../aws/resources.ts'
import {clearFolder} from '../ledger/folder.ts'
import type {Ledger} from '../ledger/ledger.ts'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {finishKeeping} from './keep.ts'
import type {Leftover} from './leftovers.ts'
import {sweep} from './sweep.ts'
import {takeDown, type SmokeMachines} from './take-down.ts'

export interface EndedBake {
  readonly account: Account
  readonly bakeId: string
  readonly ledger: Ledger
  /** Packer's TMPDIR. Absent: Packer has not run. */
  readonly temporaryFolder?: string
  readonly log: Log
  /** It may have been cut off during a release. */
  readonly failed: boolean
  /** Those of its smoke tests that are to go. */
  readonly machines?: SmokeMachines
  /** What stays although it was not released. */
  readonly isKept?: (one: Described) => boolean
}

const limitMs = 10 * 60_000

/**
 * Ends a bake in its own process: finishes its releases, removes everything else, and clears its folders.
 *
 * @returns the leftovers; post, which then tries again, reads the rest of the folder
 */
export async function endBake(bake: EndedBake): Promise<readonly Leftover[]> {
  const {account, bakeId, ledger, temporaryFolder, log, failed, machines, isKept} = bake
  const unwritten = ledger.flush()
  if (unwritten !== undefined) log.warning(unwritten)
  let leftovers: readonly Leftover[] | undefined
  try {
    if (failed) {
      await finishKeeping(account, ledger.released, {bakeId, began: ledger.began}).catch((error: unknown) =>
        log.warning(messageOf(error))
      )
    }
    if (machines) await takeDown(account, machines, {bakeId, ledger, log})
    const limit = timeLimit(limitMs)
    leftovers = await sweep({account, bakeId, ledger, log, limit, ...(isKept ? {isKept} : {})})
    return leftovers
  } finally {
    if (temporaryFolder !== undefined) clearFolder(temporaryFolder, 'everything', log)
    clearFolder(ledger.folder, leftovers?.length === 0 ? 'everything' : 'what may be secret', log)
  }
}
