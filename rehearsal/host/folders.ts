import {homedir} from 'node:os'
import {join} from 'node:path'

/** The rehearsal's cache, outside of the repository: $XDG_CACHE_HOME or ~/.cache, then bake-jenkins-ami. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME']
  // The XDG base directory specification: a relative path is to be ignored.
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'bake-jenkins-ami')
}

/** Where builds of Packer are kept: one folder a version, with `packer` and `plugins`. */
export function packersFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), 'packers')
}
