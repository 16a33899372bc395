import {open} from 'node:fs/promises'
import type {Log} from '../lib/log.ts'
import {follow} from '../packer-output/follow.ts'

/**
 * Shows Packer's own log as Packer writes it: to its error stream, if PACKER_LOG asks for it and PACKER_LOG_PATH names no file
 * (developer.hashicorp.com/packer/docs/debugging).
 *
 * @param errors the file that Packer's error stream goes to
 * @param ended aborted when Packer has ended
 */
export async function showPackerLog(
  errors: string,
  environment: Readonly<Record<string, string>>,
  log: Pick<Log, 'quote' | 'caughtUp'>,
  ended: AbortSignal
): Promise<void> {
  const {PACKER_LOG: level = '', PACKER_LOG_PATH: location = ''} = environment
  if (level === '' || level === '0' || location !== '') return
  // The folder may have been emptied.
  const handle = await open(errors, 'r').catch(() => undefined)
  if (handle === undefined) return
  try {
    for await (const lines of follow(handle, ended)) {
      await log.caughtUp?.(ended)
      log.quote('packer log', lines.join('\n'))
    }
  } finally {
    await handle.close()
  }
}
