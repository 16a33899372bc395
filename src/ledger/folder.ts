import {existsSync, readdirSync, rmSync} from 'node:fs'
import * as path from 'node:path'
import {messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'

/**
 * Empties a bake's folder. It has values of the template's variables, Configuration as Code and the user's scripts only
 * as long as Packer needs them. The ledger has no secrets, and Packer's output is in the job's log anyway.
 *
 * @param what `what may be secret` keeps the files that a sweep reads: the ledger, and Packer's output with its
 * announcements
 */
export function clearFolder(
  folder: string,
  what: 'everything' | 'what may be secret',
  log: Pick<Log, 'warning'>
): void {
  try {
    // Removes a link, but not its target.
    const remove = (location: string): void => rmSync(location, {recursive: true, force: true, maxRetries: 3})
    if (what === 'everything') return remove(folder)
    // Another process that empties RUNNER_TEMP may have been faster.
    const names = existsSync(folder) ? readdirSync(folder) : []
    names.filter((name) => !isForSweep.test(name)).forEach((name) => remove(path.join(folder, name)))
  } catch (error) {
    log.warning(
      `The temporary folder ${folder} could not be emptied: ${messageOf(error)}. Values of the template's variables may be in it: remove it.`
    )
  }
}

const isForSweep = /^(ledger\.jsonl|packer-\d+\.stdout)$/
