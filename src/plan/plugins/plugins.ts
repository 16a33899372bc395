import semver from 'semver'
import {InputError, UserError} from '../../lib/errors.ts'
import {isPlugin, type WantedPlugin} from '../../inputs/plugin-list.ts'
import {securityWarnings} from './warnings.ts'
import {readUpdateCenter, readVersions, type UpdateCenter, type UpdateCenterContext} from './update-center.ts'

/** A plugin as the machine downloads it. */
export interface Plugin {
  readonly name: string
  readonly version: string
  /** SHA-256 of the archive, 64 hexadecimal digits. */
  readonly sha256: string
  /** The group of its coordinates in Maven, as far as the update center names it. */
  readonly group?: string
}

export interface PluginRequest {
  readonly plugins: readonly WantedPlugin[]
  /** Exact. */
  readonly jenkinsVersion: string
  readonly updateCenterUrl: string
}

const mostWarnings = 100

/**
 * The requested plugins and all their dependencies, each in an exact version with its checksum: in the requested
 * version, or else in the newest for this Jenkins, as Jenkins's own plugin manager chooses them. The start of Jenkins
 * in the build shows whether they fit together.
 *
 * @returns sorted by name
 * @throws {UserError} when the update center cannot be read, or is not signed as it must be
 * @throws {InputError} when it does not have a plugin, or the plugin is for a newer Jenkins
 */
export async function resolvePlugins(
  {plugins: wanted, jenkinsVersion, updateCenterUrl: url}: PluginRequest,
  context: UpdateCenterContext,
  signal: AbortSignal
): Promise<Plugin[]> {
  const center = await readUpdateCenter(url, jenkinsVersion, context, signal)
  const pinned = new Map(wanted.flatMap(({name, version}) => (version === undefined ? [] : [[name, version] as const])))
  const others = [...pinned].filter(([name, version]) => center.newest(name)?.version !== version)
  // Tens of megabytes, so it is read only for a version that is not the newest.
  const names = new Set(others.map(([name]) => name))
  const find = names.size > 0 ? await readVersions(url, names, context, signal) : () => undefined

  const chosen = new Map<string, Plugin>()
  const queue = wanted.map(({name}) => ({name, by: ''}))
  for (const {name, by} of queue) {
    if (chosen.has(name)) continue
    const newest = center.newest(name)
    const version = pinned.get(name) ?? newest?.version ?? ''
    const entry = newest?.version === version ? newest : find(name, version)
    if (!entry) throw missing(name, version, by, center, url)
    if (isNewer(entry.requiredCore, jenkinsVersion)) {
      throw problem(`${name}:${version} needs Jenkins ${entry.requiredCore}, but this bake installs ${jenkinsVersion}`)
    }
    // Only the list of the newest versions has it, and a plugin keeps it.
    const group = newest?.group
    chosen.set(name, {...exact(name, version, entry.sha256, url), ...(group === undefined ? {} : {group})})
    for (const dependency of entry.dependencies) queue.push({name: dependency, by: name})
  }
  const plugins = [...chosen.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  for (const text of securityWarnings(plugins, center.warnings).slice(0, mostWarnings)) context.log.warning(text)
  return plugins
}

function exact(name: string, version: string, checksum: string | undefined, url: string): Plugin {
  const sha256 = Buffer.from(checksum ?? '', 'base64').toString('hex')
  if (!isPlugin(name, version) || sha256.length !== 64) {
    throw new UserError(`${url} has no SHA-256 checksum for the plugin ${JSON.stringify(`${name}:${version}`)}.`)
  }
  return {name, version, sha256}
}

function missing(name: string, version: string, by: string, center: UpdateCenter, url: string): InputError {
  const newest = center.newest(name)?.version
  if (newest !== undefined) return problem(`${url} has no version ${version} of ${name}; the newest is ${newest}`)
  if (by !== '') return problem(`${by} depends on ${name}, which ${url} does not have`)
  const stem = name.slice(0, 4).toLowerCase()
  const similar = center.names.filter((other) => other.startsWith(stem)).slice(0, 5)
  return problem(`${url} has no plugin ${name}${similar.length > 0 ? `; is it one of ${similar.join(', ')}?` : ''}`)
}

function problem(text: string): InputError {
  return new InputError('jenkins-plugins', text)
}

function isNewer(required: string | undefined, installed: string): boolean {
  const [one, other] = [semver.coerce(required), semver.coerce(installed)]
  return one !== null && other !== null && semver.gt(one, other)
}
