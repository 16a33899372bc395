import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {createServer, type Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {standInJenkinsVersion} from './index-site.ts'
import {run as runProgram, type Run} from '../host/run.ts'
import type {StandInFailure} from './failures.ts'
import {repositoryFiles, type RepositoryFiles} from './index-files.ts'
import {cachedPackage} from './package-cache.ts'
import {buildPackage, buildPackageAround, type BuiltPackage} from './package.ts'
import type {RealPackage} from './real/package.ts'
import {makeSigningKey} from './signing.ts'
import {listStandIns, updateCenterFiles, type ListedPlugin} from './update-center.ts'

export interface JenkinsRepositoryOptions {
  /** Of the stand-in. Default 2.568.2, an LTS release that exists. */
  readonly version?: string | undefined
  /** Makes the stand-in fail at every start. Default: it works. */
  readonly failure?: StandInFailure | undefined
  /** A folder where stand-ins are kept that were built before. Default: each is built anew. */
  readonly cache?: string | undefined
  /** A real .deb or .war, in the place of the stand-in. */
  readonly realPackage?: RealPackage | undefined
  /** What the update center offers. Default: stand-ins. */
  readonly plugins?: readonly ListedPlugin[] | undefined
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
  /** Whether what it holds is not Jenkins. */
  readonly standIn: boolean
}

/**
 * A signed apt repository of one package, laid out like pkg.jenkins.io/debian-stable, and an update center. The package is Jenkins,
 * where one was given, and else built as a stand-in for it.
 * @throws Error when the package cannot be read or built
 */
export async function buildJenkinsRepository(options: JenkinsRepositoryOptions = {}): Promise<JenkinsRepository> {
  const {realPackage, plugins = listStandIns()} = options
  const version = realPackage?.version ?? options.version ?? standInJenkinsVersion
  const [key, built] = await Promise.all([
    makeSigningKey(),
    realPackage ? packageOf(realPackage, options.run) : standIn(version, options)
  ])
  const files = await repositoryFiles(built, version, key, new Date())
  const server = serveFiles(new Map([...files, ...updateCenterFiles(plugins)]))
  return {server, keyFingerprint: key.fingerprint, version, standIn: !realPackage}
}

/** A .deb is served as it is; a .war needs a package around it. */
async function packageOf({kind, path, version, control}: RealPackage, run = runProgram): Promise<BuiltPackage> {
  if (kind === 'deb') return {control, bytes: await readFile(path)}
  return inScratch((folder) => buildPackageAround(path, folder, version, run))
}

function standIn(version: string, {failure, cache, run = runProgram}: JenkinsRepositoryOptions): Promise<BuiltPackage> {
  const build = () => inScratch((folder) => buildPackage(folder, version, run, failure))
  return cache === undefined ? build() : cachedPackage(cache, {version, failure, run}, build)
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'jenkins-package-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** A server that has these files and nothing else, and listens nowhere yet. */
export function serveFiles(files: RepositoryFiles): Server {
  return createServer((request, response) => {
    const file = files.get((request.url ?? '').slice(1).replace(/\?.*/, ''))
    if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404, {'content-type': 'text/plain'}).end('This repository of a rehearsal has no such file.\n')
      return
    }
    response.writeHead(200, {'content-length': file.length, 'content-type': 'application/octet-stream'})
    response.end(request.method === 'HEAD' ? undefined : file)
  })
}
