import {createHash} from 'node:crypto'
import {cacheDir, find} from '@actions/tool-cache'
import {nameOf, type RequiredPlugin} from './required.ts'

const tool = 'packer-plugins'

/**
 * The plugin folder in the runner's tool cache that was made for these requirements, for this platform; undefined when there is none.
 * The same requirements always find the same plugins, also when there are newer ones: that is what a cache is for.
 */
export function cachedPlugins(required: readonly RequiredPlugin[]): string | undefined {
  return find(tool, versionFor(required)) || undefined
}

/** Copies a plugin folder into the tool cache. @returns the copy */
export function cachePlugins(folder: string, required: readonly RequiredPlugin[]): Promise<string> {
  return cacheDir(folder, tool, versionFor(required))
}

/** The tool cache knows versions only. */
function versionFor(required: readonly RequiredPlugin[]): string {
  const lines = required.map(nameOf).toSorted()
  const digest = createHash('sha256')
    .update([process.platform, ...lines].join('\n'))
    .digest('hex')
  return `1.0.0-of.h${digest.slice(0, 32)}`
}
