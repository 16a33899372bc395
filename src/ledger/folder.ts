import {existsSync, readdirSync, rmSync} from 'node:fs'
import * as path from 'node:path'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'

/**
 * Removes what a bake's folder holds. Values of the template's variables, Configuration as Code and scripts of the user's are in it only for
 * as long as Packer needs them; the ledger has no secrets, and Packer's output is what the job's log shows.
 *
 * @param what `what may be secret` keeps what a sweep reads: the ledger, and Packer's output with what it announced
 */
export function clearFolder(
  folder: string,
  what: 'everything' | 'what may be secret',
  log: Pick<Log, 'warning'>
): void {
  try {
    // A link is removed, and not what it leads to.
    const remove = (location: string): void => rmSync(location, {recursive: true, force: true, maxRetries: 3})
    if (what === 'everything') return remove(folder)
    // Whatever empties RUNNER_TEMP may have been faster.
    const names = existsSync(folder) ? readdirSync(folder) : []
    names.filter((name) => !isForSweep.test(name)).forEach((name) => remove(path.join(folder, name)))
  } catch (error) {
    log.warning(
      `The temporary folder ${folder} could not be emptied: ${messageOf(error)}. Values of the template's variables may be in it: remove it.`
    )
  }
}

const isForSweep = /^(ledger\.jsonl|packer-\d+\.stdout)$/
