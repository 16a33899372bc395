import {chmod, copyFile, mkdir, symlink} from 'node:fs/promises'
import {join} from 'node:path'

const standIn = join(import.meta.dirname, 'session-manager-plugin.mjs')

/**
 * Puts the stand-in for AWS's session-manager-plugin into a folder of its own, under the name that Packer starts, with the Node that
 * runs it.
 *
 * @returns the folder, for PATH
 */
export async function installSessionManagerPlugin(scratch: string): Promise<string> {
  const folder = join(scratch, 'session-manager')
  await mkdir(folder)
  const file = join(folder, 'session-manager-plugin.mjs')
  await copyFile(standIn, file)
  await chmod(file, 0o755)
  await symlink(file, join(folder, 'session-manager-plugin'))
  await symlink(process.execPath, join(folder, 'node'))
  return folder
}
