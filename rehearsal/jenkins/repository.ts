import {mkdtemp, rm} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {standInJenkinsVersion} from '../jenkins-repository.ts'
import {run as runProgram, type Run} from '../packers/run.ts'
import type {StandInFailure} from './failures.ts'
import {repositoryFiles, type RepositoryFiles} from './index-files.ts'
import {cachedPackage} from './package-cache.ts'
import {buildPackage, type BuiltPackage} from './package.ts'
import {makeSigningKey} from './signing.ts'
import {updateCenterFiles} from './update-center.ts'

export interface JenkinsRepositoryOptions {
  /** Default 2.568.2, an LTS release that exists. */
  readonly version?: string | undefined
  /** Makes this Jenkins fail at every start. Default: it works. */
  readonly failure?: StandInFailure | undefined
  /** A folder where packages are kept that were built before. Default: each is built anew. */
  readonly cache?: string | undefined
  /** Runs dpkg-deb and, where there is one, a Java compiler. Replaced in tests. */
  readonly run?: Run
}

/** A package repository, which listens nowhere yet. */
export interface JenkinsRepository {
  /** What it answers below its root is for the action's inputs jenkins-repository-url and jenkins-update-center-url. */
  readonly server: Server
  /** Of the one key that signs it: 40 hexadecimal digits in upper case. */
  readonly keyFingerprint: string
  readonly version: string
  /** What it holds is not Jenkins. */
  readonly standIn: true
}

/**
 * Builds the stand-in for Jenkins, a signed apt repository of it, laid out like pkg.jenkins.io/debian-stable, and an update center
 * with stand-ins for plugins.
 * @throws Error when the package cannot be built
 */
export async function buildJenkinsRepository(options: JenkinsRepositoryOptions = {}): Promise<JenkinsRepository> {
  const {version = standInJenkinsVersion, failure, cache, run = runProgram} = options
  const build = () => buildInScratch(version, run, failure)
  const [key, built] = await Promise.all([
    makeSigningKey(),
    cache === undefined ? build() : cachedPackage(cache, {version, failure, run}, build)
  ])
  const files = await repositoryFiles(built, version, key, new Date())
  const server = serve(new Map([...files, ...updateCenterFiles()]))
  return {server, keyFingerprint: key.fingerprint, version, standIn: true}
}

async function buildInScratch(version: string, run: Run, failure: StandInFailure | undefined): Promise<BuiltPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'jenkins-stand-in-'))
  try {
    return await buildPackage(folder, version, run, failure)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

function serve(files: RepositoryFiles): Server {
  return createServer((request, response) => {
    const file = files.get((request.url ?? '').slice(1).replace(/\?.*/, ''))
    if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response
        .writeHead(404, {'content-type': 'text/plain'})
        .end('This repository with a stand-in for Jenkins has no such file.\n')
      return
    }
    response.writeHead(200, {'content-length': file.length, 'content-type': 'application/octet-stream'})
    response.end(request.method === 'HEAD' ? undefined : file)
  })
}
