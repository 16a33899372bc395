import {join} from 'node:path'
import {buildJenkinsRepository} from './jenkins/repository.ts'
import {standInFailures, type StandInFailure} from './jenkins/failures.ts'
import type {Behaviour} from './choose-driver.ts'
import {startJenkinsIndex} from './jenkins-repository.ts'
import type {LocalCloud} from './local-cloud.ts'
import {cacheFolder} from './packers/folders.ts'

/** Where the Jenkins of a rehearsal comes from. */
export interface JenkinsSource {
  /** What tells the action so; nothing where it is Jenkins's own repository, which the action takes by itself. */
  readonly inputs: Readonly<Record<string, string>>
  /** It is not Jenkins that the machines run. */
  readonly standIn: boolean
  stop(): Promise<void>
}

export interface JenkinsSourceOptions {
  readonly behaviour: Behaviour
  /** Machines may turn out to be real ones: then a package is prepared while they are. */
  readonly mayBeReal: boolean
  /** The user names a repository. */
  readonly isGiven: boolean
  /** Whether Jenkins's own repository answers. */
  readonly reachable: () => Promise<boolean>
  readonly local: Promise<Pick<LocalCloud, 'driver' | 'serve'>>
}

/**
 * Jenkins's own repository where real machines can have it, else a stand-in of it.
 *
 * @throws Error where there is no local cloud, and where the stand-in's package cannot be built
 */
export async function openJenkinsSource(options: JenkinsSourceOptions): Promise<JenkinsSource> {
  const {behaviour, mayBeReal, isGiven, reachable, local} = options
  const failure = standInFailures.find((name) => name === behaviour)
  const isOwn = mayBeReal && (isGiven || (failure === undefined && (await reachable())))
  const [repository, {serve}] = await Promise.all([mayBeReal && !isOwn ? buildStandIn(failure) : undefined, local])
  if (serve === undefined) return light()
  if (repository === undefined) return {inputs: {}, standIn: false, stop: async () => {}}
  const {server, keyFingerprint} = repository
  const url = `http://${await serve(server)}`
  const inputs = {
    'jenkins-repository-url': url,
    'jenkins-update-center-url': url,
    // The template trusts Jenkins's key and no other.
    'jenkins-repository-key-fingerprint': keyFingerprint
  }
  return {inputs, standIn: true, stop: async () => server.closeAllConnections()}
}

function buildStandIn(failure: StandInFailure | undefined) {
  return buildJenkinsRepository({failure, cache: join(cacheFolder(), 'jenkins-stand-in')})
}

/** A light machine installs nothing, so an index is all that its repository needs. */
async function light(): Promise<JenkinsSource> {
  const index = await startJenkinsIndex()
  return {
    inputs: {'jenkins-repository-url': index.url, 'jenkins-update-center-url': index.url},
    standIn: true,
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
