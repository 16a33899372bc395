import {createServer} from 'node:http'
import {gzipSync} from 'node:zlib'
import {endServer, listenLocally} from '../host/local-server.ts'
import type {RepositoryFiles} from './index-files.ts'
import {updateCenterFiles} from './update-center.ts'

/** The Jenkins version that the rehearsal's machines claim to run: an LTS release that exists. */
export const standInJenkinsVersion = '2.568.2'

/** A running package repository that has an index and nothing else. */
export interface JenkinsIndex {
  /** For the action's inputs jenkins-repository-url and jenkins-update-center-url. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * Serves the indexes of a Debian and of an RPM repository with one package named jenkins, on a free port of 127.0.0.1. It stands
 * in for https://pkg.jenkins.io/debian-stable and rpm-stable: it is enough to find out which version is the latest, and holds no package.
 */
export async function startJenkinsIndex(version = standInJenkinsVersion): Promise<JenkinsIndex> {
  const files = new Map([...updateCenterFiles(), ...indexFiles(version)])
  const server = createServer((request, response) => {
    const file = files.get((request.url ?? '').slice(1).replace(/\?.*/, ''))
    if (request.method === 'GET' && file !== undefined) {
      response.writeHead(200, {'content-type': 'text/plain; charset=utf-8'}).end(file)
    } else {
      response
        .writeHead(404, {'content-type': 'text/plain'})
        .end('This stand-in serves package indexes and an update center only.\n')
    }
  })
  return {url: `http://127.0.0.1:${await listenLocally(server)}`, stop: () => endServer(server)}
}

function indexFiles(version: string): RepositoryFiles {
  const primary = 'repodata/primary.xml.gz'
  return new Map([
    ['binary/Packages', Buffer.from(debIndex(version))],
    [
      'repodata/repomd.xml',
      Buffer.from(`<repomd><data type="primary"><location href="${primary}"/></data></repomd>\n`)
    ],
    [primary, gzipSync(rpmIndex(version))]
  ])
}

function rpmIndex(version: string): string {
  const jenkins = `<name>jenkins</name><arch>noarch</arch><version epoch="0" ver="${version}" rel="1.1"/>`
  return `<metadata packages="1"><package type="rpm">${jenkins}<summary>stand-in for Jenkins</summary></package></metadata>\n`
}

function debIndex(version: string): string {
  return [
    'Package: jenkins',
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: the rehearsal of bake-jenkins-ami',
    `Filename: binary/jenkins_${version}_all.deb`,
    'Description: stand-in for Jenkins',
    ' This entry is no Jenkins package. It stands in for one in a rehearsal.',
    '',
    ''
  ].join('\n')
}
