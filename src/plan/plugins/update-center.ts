import type {OpenFile} from '../../lib/http.ts'
import {messageOf, UserError} from '../../lib/errors.ts'
import type {Log} from '../../lib/log.ts'
import {jenkinsRoot} from './jenkins-root.ts'
import {readSignedJson, type IsWanted, type Limits, type SignedJson} from './signed-json.ts'
import {requireSignature} from './signature.ts'

/**
 * An update center's entry for one version of a plugin (update-center2, PluginUpdateCenterEntry and
 * PluginVersionsEntry).
 */
interface Entry {
  readonly version?: string
  /** Base64. */
  readonly sha256?: string
  readonly requiredCore?: string
  /** In Maven. */
  readonly group?: string
  /** The names of those that are not optional. */
  readonly dependencies: readonly string[]
}

export interface UpdateCenter {
  /** The newest version of a plugin; undefined when there is no such plugin. */
  readonly newest: (name: string) => Entry | undefined
  readonly names: readonly string[]
  /** As they stand in the document: security warnings of plugins and of Jenkins. */
  readonly warnings: readonly unknown[]
}

/** Any version of the requested plugins. */
export type FindVersion = (name: string, version: string) => Entry | undefined

export interface UpdateCenterContext {
  readonly open: OpenFile
  readonly log: Pick<Log, 'warning'>
  /** In PEM; the Jenkins project's, unless another root is trusted. */
  readonly root?: string
}

/** In bytes. In August 2026 it had 3.4 MB, and four years before 2.7 MB. */
const longestCenter = 10_000_000
/**
 * In bytes: the limits for the list of all versions of all plugins, which has tens of megabytes, and for the part that
 * is kept.
 */
const [longestVersions, mostVersions] = [400_000_000, 16_000_000]

/**
 * The newest versions of all plugins for a Jenkins.
 *
 * @param url the update center's, without a slash at its end
 * @throws {UserError} when it cannot be read, or is Jenkins's own and not signed by the Jenkins project
 */
export async function readUpdateCenter(
  url: string,
  jenkinsVersion: string,
  context: UpdateCenterContext,
  signal: AbortSignal
): Promise<UpdateCenter> {
  const address = `${url}/update-center.json?version=${jenkinsVersion}`
  const limits = {longest: longestCenter, mostKept: longestCenter}
  const isWanted: IsWanted = (name, inner) => (inner === undefined ? name === 'warnings' : name === 'plugins')
  const {members, inner} = await read(address, isWanted, limits, context, signal)
  if (inner.size === 0) throw unreadable(address, new Error('it lists no plugins'))
  const warnings = parse(address, members.get('warnings'))
  return {
    newest: (name) => (inner.has(name) ? entryOf(parse(address, inner.get(name))) : undefined),
    names: [...inner.keys()],
    warnings: Array.isArray(warnings) ? warnings : []
  }
}

/**
 * All versions of some plugins.
 *
 * @throws {UserError} as above
 */
export async function readVersions(
  url: string,
  names: ReadonlySet<string>,
  context: UpdateCenterContext,
  signal: AbortSignal
): Promise<FindVersion> {
  const address = `${url}/current/plugin-versions.json`
  const limits = {longest: longestVersions, mostKept: mostVersions}
  const isWanted: IsWanted = (name, inner) => name === 'plugins' && inner !== undefined && names.has(inner)
  const {inner} = await read(address, isWanted, limits, context, signal)
  const all = new Map([...inner].map(([name, json]) => [name, objectOf(parse(address, json))]))
  return (name, version) => {
    const versions = all.get(name) ?? {}
    return Object.hasOwn(versions, version) ? entryOf(versions[version]) : undefined
  }
}

async function read(
  url: string,
  isWanted: IsWanted,
  limits: Limits,
  {open, log, root = jenkinsRoot}: UpdateCenterContext,
  signal: AbortSignal
): Promise<SignedJson> {
  const document = await open(url, signal)
    .then((body) => readSignedJson(body, isWanted, limits))
    .catch((error: unknown) => {
      signal.throwIfAborted()
      throw unreadable(url, error)
    })
  try {
    requireSignature(document, root)
  } catch (error) {
    const problem = `${url} is not signed by the Jenkins project: ${messageOf(error)}.`
    if (isJenkins(url)) {
      throw new UserError(
        `${problem} No plugin is taken from it. Check the proxy in front of this runner. If Jenkins has a new certificate, use a newer version of this action.`,
        {cause: error}
      )
    }
    log.warning(`${problem} This update center alone decides which plugins are installed, and with which checksums.`)
  }
  return document
}

/** Done after the signature is verified, and only for the parts that are needed. */
function parse(url: string, json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : JSON.parse(json)
  } catch (error) {
    throw unreadable(url, error)
  }
}

function unreadable(url: string, error: unknown): UserError {
  return new UserError(
    `The plugins could not be looked up: ${url} could not be read: ${messageOf(error)}. ` +
      `Set 'jenkins-update-center-url' to an update center that this runner reaches.`,
    {cause: error}
  )
}

/** Whether it is the Jenkins project's own, whose signature is known. A mirror has the same one, if it carries the file as it is. */
function isJenkins(url: string): boolean {
  return /(^|\.)jenkins\.io$/.test(new URL(url).hostname)
}

function entryOf(value: unknown): Entry {
  const {version, sha256, requiredCore, dependencies, gav} = objectOf(value)
  const [, group] = typeof gav === 'string' ? (/^([A-Za-z0-9._-]{1,200}):/.exec(gav) ?? []) : []
  const needed = (Array.isArray(dependencies) ? dependencies.map(objectOf) : []).filter(
    ({optional}) => optional !== true
  )
  return {
    ...(typeof version === 'string' ? {version} : {}),
    ...(typeof sha256 === 'string' ? {sha256} : {}),
    ...(typeof requiredCore === 'string' ? {requiredCore} : {}),
    ...(group === undefined ? {} : {group}),
    dependencies: needed.flatMap(({name}) => (typeof name === 'string' ? name : []))
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
