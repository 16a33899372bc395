import {randomBytes} from 'node:crypto'
import {mkdirSync} from 'node:fs'
import * as path from 'node:path'
import {roomAdvice, systemProblem, UserError} from '../lib/errors.ts'
import {isTooLong, shortTemporaryFolder} from '../template/allowed-environment.ts'

/**
 * The path of Packer's TMPDIR. When Packer is killed, scripts with values of the template's variables and its log stay
 * in it: so it is a folder that the bake can remove as a whole.
 *
 * @param folder the bake's own. The path is in it, unless it would be too long for the sockets of Packer's plugins, or
 *   has characters that `shell-local`, which does not quote the path of its script, would take for the shell's
 */
export function temporaryFolderFor(folder: string, elsewhere = shortTemporaryFolder): string {
  const inside = path.join(folder, 'tmp')
  const isUsable = !isTooLong(inside) && /^[\w/.@+-]+$/.test(inside)
  return isUsable ? inside : path.join(elsewhere, `bake-jenkins-ami-${randomBytes(6).toString('hex')}`)
}

/**
 * Makes it, readable by this user alone.
 *
 * @throws {UserError} when it cannot be made, or is there already
 */
export function makeTemporaryFolder(folder: string): void {
  try {
    mkdirSync(folder, {mode: 0o700})
  } catch (error) {
    throw new UserError(
      `Nothing was made, because Packer's temporary folder cannot be made: ${systemProblem(error)}. ${roomAdvice}`,
      {cause: error}
    )
  }
}
