import semver from 'semver'
import type {ReadBytes} from '../http.ts'
import {InputError, messageOf, UserError} from '../report/errors.ts'
import type {Log} from '../report/log.ts'
import {isPlugin, type WantedPlugin} from './pluginList.ts'

/** A plugin as the machine downloads it. */
export interface Plugin {
  readonly name: string
  readonly version: string
  /** SHA-256 of the archive, 64 hexadecimal digits. */
  readonly sha256: string
}

export interface PluginRequest {
  readonly plugins: readonly WantedPlugin[]
  /** Exact. */
  readonly jenkinsVersion: string
  readonly updateCenterUrl: string
}

/** What an update center says of one version of a plugin (update-center2, entries of update-center.json). */
interface Entry {
  readonly version?: string
  /** Base64. */
  readonly sha256?: string
  readonly requiredCore?: string
  readonly dependencies?: readonly {readonly name: string; readonly optional?: boolean}[]
}

interface Warning {
  readonly type?: string
  readonly name?: string
  readonly message?: string
  readonly url?: string
  readonly versions?: readonly {readonly pattern?: string}[]
}

interface UpdateCenter {
  readonly plugins: Readonly<Record<string, Entry>>
  readonly warnings?: readonly Warning[]
}

type AllVersions = Readonly<Record<string, Readonly<Record<string, Entry>>>>

/**
 * The plugins that are asked for and all that they depend on, each in an exact version with its checksum: those asked for
 * with a version in that one, all others in the newest for this Jenkins, as Jenkins's own plugin manager chooses them.
 * Whether they fit together Jenkins itself says when it is started in the build.
 *
 * @returns sorted by name
 * @throws {UserError} when the update center cannot be read
 * @throws {InputError} when it does not have a plugin, or the plugin is for a newer Jenkins
 */
export async function resolvePlugins(
  {plugins: wanted, jenkinsVersion, updateCenterUrl: url}: PluginRequest,
  {readBytes, log}: {readonly readBytes: ReadBytes; readonly log: Pick<Log, 'warning'>},
  signal: AbortSignal
): Promise<Plugin[]> {
  const read = (path: string): Promise<unknown> => readJson(`${url}/${path}`, readBytes, signal)
  const center = (await read(`update-center.json?version=${jenkinsVersion}`)) as UpdateCenter
  const pinned = new Map(wanted.map(({name, version}) => [name, version]))
  const hasOther = wanted.some(({name, version}) => version !== undefined && center.plugins[name]?.version !== version)
  // Tens of megabytes, so it is read only for a version that is not the newest.
  const all = hasOther ? ((await read('current/plugin-versions.json')) as {plugins: AllVersions}).plugins : {}

  const chosen = new Map<string, Plugin>()
  const queue = wanted.map(({name}) => ({name, by: ''}))
  for (const {name, by} of queue) {
    if (chosen.has(name)) continue
    const newest = center.plugins[name]
    const version = pinned.get(name) ?? newest?.version ?? ''
    const entry = newest?.version === version ? newest : all[name]?.[version]
    if (!entry) throw missing(name, version, by, center, url)
    if (isNewer(entry.requiredCore, jenkinsVersion)) {
      throw problem(`${name}:${version} needs Jenkins ${entry.requiredCore}, and this bake installs ${jenkinsVersion}`)
    }
    chosen.set(name, exact(name, version, entry.sha256, url))
    for (const dependency of entry.dependencies ?? []) {
      if (dependency.optional !== true) queue.push({name: dependency.name, by: name})
    }
  }
  const plugins = [...chosen.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const text of plugins.flatMap((plugin) => warningsOf(plugin, center.warnings ?? []))) log.warning(text)
  return plugins
}

async function readJson(url: string, readBytes: ReadBytes, signal: AbortSignal): Promise<unknown> {
  try {
    const text = (await readBytes(url, signal)).toString('utf8')
    // What browsers are given is a call of a function with the JSON as its argument.
    const json: unknown = JSON.parse(text.replace(/^\s*updateCenter\.post\(/, '').replace(/\);?\s*$/, ''))
    if (typeof (json as Partial<UpdateCenter> | null)?.plugins !== 'object') throw new Error('it lists no plugins')
    return json
  } catch (error) {
    signal.throwIfAborted()
    throw new UserError(
      `The plugins could not be looked up: ${url} could not be read: ${messageOf(error)}. ` +
        `Set 'jenkins-update-center-url' to an update center that this runner reaches.`,
      {cause: error}
    )
  }
}

function exact(name: string, version: string, checksum: string | undefined, url: string): Plugin {
  const sha256 = Buffer.from(checksum ?? '', 'base64').toString('hex')
  if (!isPlugin(name, version) || sha256.length !== 64) {
    throw new UserError(`${url} has no SHA-256 checksum for the plugin ${JSON.stringify(`${name}:${version}`)}.`)
  }
  return {name, version, sha256}
}

function missing(name: string, version: string, by: string, {plugins}: UpdateCenter, url: string): InputError {
  const newest = plugins[name]?.version
  if (newest !== undefined) return problem(`${url} has no version ${version} of ${name}; the newest is ${newest}`)
  if (by !== '') return problem(`${by} depends on ${name}, which ${url} does not have`)
  const stem = name.slice(0, 4).toLowerCase()
  const similar = Object.keys(plugins)
    .filter((other) => other.startsWith(stem))
    .slice(0, 5)
  return problem(`${url} has no plugin ${name}${similar.length > 0 ? `; is it one of ${similar.join(', ')}?` : ''}`)
}

function problem(text: string): InputError {
  return new InputError('jenkins-plugins', text)
}

function isNewer(required: string | undefined, installed: string): boolean {
  const [one, other] = [semver.coerce(required), semver.coerce(installed)]
  return one !== null && other !== null && semver.gt(one, other)
}

/** What the Jenkins project has published about the security of this very version. */
function warningsOf({name, version}: Plugin, warnings: readonly Warning[]): string[] {
  return warnings
    .filter((warning) => warning.type === 'plugin' && warning.name === name)
    .filter(({versions = []}) => versions.some(({pattern = ''}) => matches(pattern, version)))
    .map(
      ({message = '', url = ''}) =>
        `The plugin ${name}:${version} has a published security problem: ${message} (${url})`
    )
}

/** A pattern that JavaScript cannot read warns of every version. */
function matches(pattern: string, version: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(version)
  } catch {
    return true
  }
}
