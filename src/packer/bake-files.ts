import {cp, mkdir, writeFile} from 'node:fs/promises'
import * as path from 'node:path'
import type {Plugin} from '../plan/plugins/plugins.ts'

export interface BakeFiles {
  readonly plugins: readonly Plugin[]
  /** A folder of Configuration as Code. */
  readonly casc?: string
}

/**
 * Writes the files that the template uploads to the machine: `plugins.txt` and `casc/`.
 *
 * @returns the folder, for the template's variable jenkins_files; undefined when there is nothing to upload
 */
export async function writeBakeFiles(folder: string, {plugins, casc}: BakeFiles): Promise<string | undefined> {
  if (plugins.length === 0 && casc === undefined) return undefined
  const files = path.join(folder, 'files')
  await mkdir(files, {mode: 0o700})
  const lines = plugins.map(({name, version, sha256}) => `${name}:${version} ${sha256}\n`)
  if (lines.length > 0) await writeFile(path.join(files, 'plugins.txt'), lines.join(''))
  // Links are followed, because their targets are not on the machine.
  if (casc !== undefined) await cp(casc, path.join(files, 'casc'), {recursive: true, dereference: true})
  return files
}
