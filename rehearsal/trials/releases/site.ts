import {createHash} from 'node:crypto'
import {createServer, type RequestListener} from 'node:http'
import {platformOf} from '../../../src/packer/install/release.ts'
import {newSigningKey, type SigningKey} from './signing-key.ts'
import {endServer, listenLocally} from '../../host/local-server.ts'
import {zipOf} from '../../host/zip.ts'

export type Answer = Buffer | string | RequestListener

export interface ReleasesSite {
  /** For `packer-releases-url`. */
  readonly url: string
  readonly key: SigningKey
  /** Every path that was asked for, below {@link url}. */
  readonly requested: string[]
  /** Answers by path below {@link url}, to change at will. */
  readonly files: Map<string, Answer>
  /** Publishes a release as HashiCorp does, for this machine's platform: zip, checksums, their signature, and a line in the index. */
  publish(version: string, release?: Published): Promise<void>
  close(): Promise<void>
}

export interface Published {
  readonly zip?: Buffer
  readonly key?: SigningKey
  readonly signedAt?: Date
}

const prefix = '/mirror'

/** A small script in Packer's place. */
export const standInZip = zipOf([
  {name: 'LICENSE.txt', content: 'a stand-in of a test'},
  {name: 'packer', content: '#!/bin/sh\necho a stand-in for Packer\n'}
])

/** The names of a release's files, below the site's root. */
export function filesOf(version: string): {zip: string; sums: string; signature: string; zipName: string} {
  const zipName = `packer_${version}_${platformOf(process.platform, process.arch)}.zip`
  const sums = `/packer/${version}/packer_${version}_SHA256SUMS`
  return {zipName, zip: `/packer/${version}/${zipName}`, sums, signature: `${sums}.sig`}
}

/** A site with the layout of releases.hashicorp.com on 127.0.0.1, which signs with a key of its own. */
export async function startReleasesSite(key?: SigningKey): Promise<ReleasesSite> {
  const files = new Map<string, Answer>()
  const requested: string[] = []
  const index: Record<string, object> = {}
  const ownKey = key ?? (await newSigningKey())
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(prefix.length)
    requested.push(path)
    const answer = files.get(path)
    if (typeof answer === 'function') return answer(request, response)
    if (answer === undefined) return void response.writeHead(404).end('not here')
    response.setHeader('content-length', Buffer.byteLength(answer))
    response.end(answer)
  })
  const port = await listenLocally(server)
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    key: ownKey,
    requested,
    files,
    async publish(version, {zip = standInZip, key: signer = ownKey, signedAt} = {}) {
      const names = filesOf(version)
      const sum = createHash('sha256').update(zip).digest('hex')
      const sums = Buffer.from(`${'0'.repeat(64)}  packer_${version}_plan9_mips.zip\n${sum}  ${names.zipName}\n`)
      files.set(names.zip, zip)
      files.set(names.sums, sums)
      files.set(names.signature, await signer.sign(sums, signedAt))
      index[version] = indexEntry(version)
      files.set('/packer/index.json', JSON.stringify({name: 'packer', versions: index}))
    },
    close: () => endServer(server)
  }
}

/** A version's object in index.json, with the fields that HashiCorp's has. */
export function indexEntry(version: string, platform = platformOf(process.platform, process.arch)): object {
  const [os, arch] = platform.split('_')
  const filename = `packer_${version}_${platform}.zip`
  return {
    name: 'packer',
    version,
    shasums: `packer_${version}_SHA256SUMS`,
    shasums_signature: `packer_${version}_SHA256SUMS.sig`,
    builds: [
      {name: 'packer', version, os, arch, filename, url: `https://releases.hashicorp.com/packer/${version}/${filename}`}
    ]
  }
}
