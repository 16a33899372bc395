import {mkdirSync, mkdtempSync} from 'node:fs'
import * as path from 'node:path'
import {roomAdvice, systemProblem, UserError} from '../lib/errors.ts'
import {isTooLong, shortTemporaryFolder} from '../template/allowed-environment.ts'

/**
 * Makes the folder that is Packer's TMPDIR, readable by this user alone. When Packer is killed, scripts with values of
 * the template's variables and its log stay in it: so it is a folder that the bake can remove as a whole.
 *
 * @param folder the bake's own. The new one is in it, unless the path is too long for the sockets of Packer's plugins,
 *   or has characters that `shell-local`, which does not quote the path of its script, would take for the shell's
 * @throws {UserError} when it cannot be made
 */
export function makeTemporaryFolder(folder: string, elsewhere = shortTemporaryFolder): string {
  const inside = path.join(folder, 'tmp')
  try {
    if (isTooLong(inside) || !/^[\w/.@+-]+$/.test(inside)) return mkdtempSync(path.join(elsewhere, 'bake-jenkins-ami-'))
    mkdirSync(inside, {mode: 0o700})
    return inside
  } catch (error) {
    throw new UserError(
      `Nothing was made, because Packer's temporary folder cannot be made: ${systemProblem(error)}. ${roomAdvice}`,
      {cause: error}
    )
  }
}
