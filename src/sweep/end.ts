import {timeLimit} from '../lib/wait.ts'
import type {Account} from '../aws/account.ts'
import {clearFolder} from '../ledger/folder.ts'
import type {Ledger} from '../ledger/ledger.ts'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {finishKeeping} from './keep.ts'
import type {Leftover} from './leftovers.ts'
import {sweep} from './sweep.ts'

export interface EndedBake {
  readonly account: Account
  readonly bakeId: string
  readonly ledger: Ledger
  readonly log: Log
  /** It may have been cut off during a release. */
  readonly failed: boolean
}

const limitMs = 10 * 60_000

/**
 * Ends a bake in its own process: finishes its releases, removes everything else, and clears its folder.
 *
 * @returns the leftovers; post, which then tries again, reads the rest of the folder
 */
export async function endBake({account, bakeId, ledger, log, failed}: EndedBake): Promise<readonly Leftover[]> {
  const unwritten = ledger.flush()
  if (unwritten !== undefined) log.warning(unwritten)
  let leftovers: readonly Leftover[] | undefined
  try {
    if (failed) {
      await finishKeeping(account, ledger.released, bakeId).catch((error: unknown) => log.warning(messageOf(error)))
    }
    leftovers = await sweep({account, bakeId, ledger, log, limit: timeLimit(limitMs)})
    return leftovers
  } finally {
    clearFolder(ledger.folder, leftovers?.length === 0 ? 'everything' : 'what may be secret', log)
  }
}
