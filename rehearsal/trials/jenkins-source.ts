import type {Server} from 'node:http'
import {join} from 'node:path'
import {standInFailures} from '../jenkins/failures.ts'
import {packageOption, pluginsOption, type RealFiles} from '../jenkins/real/files.ts'
import {readPackage} from '../jenkins/real/package.ts'
import {readPlugins} from '../jenkins/real/plugins.ts'
import {buildJenkinsRepository, serveFiles} from '../jenkins/repository.ts'
import {updateCenterFiles, withRealPlugins} from '../jenkins/update-center.ts'
import type {Behaviour} from './choose-driver.ts'
import {standInJenkinsVersion, startJenkinsIndex} from '../jenkins/index-site.ts'
import type {LocalCloud} from './local-cloud.ts'
import {cacheFolder} from '../host/folders.ts'
import {run, type Progress} from '../host/run.ts'

/** Where the Jenkins of a rehearsal comes from. */
export interface JenkinsSource {
  /** What tells the action so; nothing where it is Jenkins's own repository, which the action takes by itself. */
  readonly inputs: Readonly<Record<string, string>>
  /** It is not Jenkins that the machines run. */
  readonly standIn: boolean
  /** What the machines install; undefined where only the action finds out. */
  readonly version: string | undefined
  /** The file that Jenkins came from; null where nobody gave one. */
  readonly file: string | null
  /** The folder that plugins came from; null where nobody gave one. */
  readonly plugins: string | null
  stop(): Promise<void>
}

export interface JenkinsSourceOptions {
  readonly behaviour: Behaviour
  /** Machines may turn out to be real ones: then a package is prepared while they are. */
  readonly mayBeReal: boolean
  /** The user names a repository. */
  readonly isGiven: boolean
  /** The package and the plugins that somebody gave. */
  readonly files: RealFiles
  /** Takes the stand-in, whatever can be reached; for tests of it. */
  readonly onlyStandIn?: boolean | undefined
  /** Whether Jenkins's own repository answers. */
  readonly reachable: () => Promise<boolean>
  readonly local: Promise<Pick<LocalCloud, 'driver' | 'serve'>>
  readonly progress: Progress
}

/**
 * The package that somebody gave, else Jenkins's own repository where real machines can have it, else a stand-in of it.
 *
 * @throws Error where there is no local cloud, where a given file is not what it should be, and where the stand-in's package cannot
 * be built
 */
export async function openJenkinsSource(options: JenkinsSourceOptions): Promise<JenkinsSource> {
  const [prepared, local] = await Promise.allSettled([options.mayBeReal ? prepare(options) : undefined, options.local])
  if (local.status === 'rejected') throw local.reason
  const {serve} = local.value
  if (serve === undefined) return light()
  if (prepared.status === 'rejected') throw prepared.reason
  const {server, inputs, ...about} = prepared.value ?? ownRepository
  if (about.file !== null) options.progress(`Jenkins ${about.version} is installed from ${about.file}`)
  if (about.plugins !== null) options.progress(`Plugins come from ${about.plugins}`)
  if (!server) return {...about, inputs: {}, stop: async () => {}}
  const url = `http://${await serve(server)}`
  return {...about, inputs: inputs(url), stop: async () => server.closeAllConnections()}
}

/**
 * Looks into what an option names, before anything is started. What only the environment names may turn out not to be needed.
 *
 * @throws Error with one sentence
 */
export async function expectUsable(files: RealFiles): Promise<void> {
  if (files.package?.by === packageOption) await readPackage(files.package, run)
  if (files.plugins?.by === pluginsOption) await readPlugins(files.plugins, run)
}

interface Prepared extends Omit<JenkinsSource, 'inputs' | 'stop'> {
  /** What there is to serve. */
  readonly server?: Server
  readonly inputs: (url: string) => Readonly<Record<string, string>>
}

/** Jenkins's own repository, or the user's, of which nothing has to be told and little is known. */
const ownRepository: Prepared = {inputs: () => ({}), standIn: false, version: undefined, file: null, plugins: null}

async function prepare(options: JenkinsSourceOptions): Promise<Prepared> {
  const {files, isGiven, onlyStandIn, behaviour, reachable} = options
  const failure = standInFailures.find((name) => name === behaviour)
  const realPackage = files.package && (await readPackage(files.package, run))
  const real = files.plugins && (await readPlugins(files.plugins, run))
  const plugins = files.plugins?.path ?? null

  const isOwn = !realPackage && (isGiven || (!failure && onlyStandIn !== true && (await reachable())))
  if (isOwn && !real) return ownRepository
  if (isOwn && real) {
    const server = serveFiles(updateCenterFiles(withRealPlugins(real, false)))
    return {...ownRepository, server, inputs: (url) => ({'jenkins-update-center-url': url}), plugins}
  }
  const repository = await buildJenkinsRepository({
    failure,
    realPackage,
    plugins: real && withRealPlugins(real, !realPackage),
    cache: join(cacheFolder(), 'jenkins-stand-in')
  })
  const {server, keyFingerprint, standIn, version} = repository
  const inputs = (url: string) => ({
    'jenkins-repository-url': url,
    'jenkins-update-center-url': url,
    // The template trusts Jenkins's key and no other.
    'jenkins-repository-key-fingerprint': keyFingerprint
  })
  return {server, inputs, standIn, version, file: realPackage?.path ?? null, plugins}
}

/** A light machine installs nothing, so an index is all that its repository needs. */
async function light(): Promise<JenkinsSource> {
  const index = await startJenkinsIndex()
  return {
    inputs: {'jenkins-repository-url': index.url, 'jenkins-update-center-url': index.url},
    standIn: true,
    version: standInJenkinsVersion,
    file: null,
    plugins: null,
    stop: () => index.stop()
  }
}

/** Asks Jenkins's package repository, for at most three seconds. */
export async function jenkinsReachable(): Promise<boolean> {
  const url = 'https://pkg.jenkins.io/debian-stable/binary/Release'
  return fetch(url, {method: 'HEAD', signal: AbortSignal.timeout(3_000)}).then(
    ({ok}) => ok,
    () => false
  )
}
