import {standInJenkinsVersion} from '../jenkins-repository.ts'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {run as runProgram, type Run} from '../packers/run.ts'
import type {StandInFailure} from './failures.ts'
import {repositoryFiles, type RepositoryFiles} from './index-files.ts'
import {buildPackage} from './package.ts'
import {makeSigningKey} from './signing.ts'

export interface JenkinsRepositoryOptions {
  /** The local address that the machines reach; default 127.0.0.1. The port is a free one. */
  readonly address?: string
  /** Default 2.568.2, an LTS release that exists. */
  readonly version?: string
  /** Makes this Jenkins fail at every start. Default: it works. */
  readonly failure?: StandInFailure
  /** Runs dpkg-deb and, where there is one, a Java compiler. Replaced in tests. */
  readonly run?: Run
}

/** A running package repository. */
export interface JenkinsRepository {
  /** For the action's input jenkins-repository-url. */
  readonly url: string
  /** Of the one key that signs it: 40 hexadecimal digits in upper case. */
  readonly keyFingerprint: string
  readonly version: string
  /** What it holds is not Jenkins. */
  readonly standIn: true
  stop(): Promise<void>
}

export const standInVersion = standInJenkinsVersion

/**
 * Builds the stand-in for Jenkins and serves it as a signed apt repository, laid out like pkg.jenkins.io/debian-stable.
 * @throws Error when the package cannot be built or the address is not this host's
 */
export async function startJenkinsRepository(options: JenkinsRepositoryOptions = {}): Promise<JenkinsRepository> {
  const {address = '127.0.0.1', version = standInVersion, failure, run = runProgram} = options
  const key = await makeSigningKey()
  const folder = await mkdtemp(join(tmpdir(), 'jenkins-stand-in-'))
  try {
    const built = await buildPackage(folder, version, run, failure)
    const server = serve(await repositoryFiles(built, version, key, new Date()))
    server.listen(0, address)
    await once(server, 'listening')
    const listening = server.address()
    if (listening === null || typeof listening === 'string') throw new Error('the stand-in repository has no port')
    return {
      url: `http://${address}:${listening.port}`,
      keyFingerprint: key.fingerprint,
      version,
      standIn: true,
      stop: () => stop(server)
    }
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

function serve(files: RepositoryFiles): Server {
  return createServer((request, response) => {
    const file = files.get((request.url ?? '').slice(1))
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

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
