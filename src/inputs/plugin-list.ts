import {existsSync, readFileSync, statSync} from 'node:fs'
import * as path from 'node:path'
import {quoted} from '../lib/parse.ts'
import {existing} from '../lib/paths.ts'

/** A plugin as the user asks for it. */
export interface WantedPlugin {
  readonly name: string
  /** Absent: the newest for this Jenkins. */
  readonly version?: string
}

const pluginName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const pluginVersion = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/

/** Whether both can stand in a URL and in the list that the machine reads. */
export function isPlugin(name: string, version: string): boolean {
  return pluginName.test(name) && pluginVersion.test(version)
}

/**
 * The plugins of an input: `name` or `name:version`, separated by blanks, commas or newlines; or the path of a file with
 * such lines, in which `#` begins a comment (the plugins.txt of Jenkins's own images).
 *
 * @throws {Error} for anything else, and for a plugin that is given twice with different versions
 */
export function parsePlugins(value: string, workspace: string): readonly WantedPlugin[] {
  const plugins = new Map<string, WantedPlugin>()
  for (const item of textOf(value, workspace)
    .replace(/#.*$/gm, '')
    .split(/[\s,]+/)
    .filter(Boolean)) {
    const [, name = '', version = 'latest'] = /^([^:]+)(?::([^:]+))?$/.exec(item) ?? []
    if (!isPlugin(name, version)) {
      throw new Error(
        `${quoted(item)} is not allowed; expected a plugin as NAME or NAME:VERSION, such as git or git:5.7.0`
      )
    }
    const plugin = version === 'latest' ? {name} : {name, version}
    const before = plugins.get(name)
    if (before && before.version !== plugin.version) throw new Error(`has the plugin ${name} in two versions`)
    plugins.set(name, plugin)
  }
  return [...plugins.values()]
}

function textOf(value: string, workspace: string): string {
  const file = path.resolve(workspace, value.trim())
  const isOne = !/[\s,:]/.test(value.trim())
  if (isOne && existsSync(file) && statSync(file).isFile()) return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  // No plugin has such a name.
  if (isOne && /[/\\]|\.(txt|ya?ml|json|lock|list|in)$/i.test(value.trim())) existing(workspace)(value.trim())
  return value
}
