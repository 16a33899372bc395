import {createHash} from 'node:crypto'
import {platformOf} from '../../src/packer/install/release.ts'
import type {Answering, Request} from './internet-behind-proxy.ts'
import {zipOf} from '../../rehearsal/host/zip.ts'

export interface PluginHosts {
  readonly answer: Answering
  /** What GitHub is to answer first, one each. */
  readonly githubFailures: {status: number; headers?: Record<string, string>; body?: object}[]
}

const releases = 'releases.hashicorp.com'
export const pluginHosts = [releases, 'api.github.com', 'github.com']

/**
 * Stands in for the two places where Packer looks for plugins (hashicorp/packer, plugin-getter/release and plugin-getter/github): one
 * plugin `amazon` of HashiCorp's own, and one `someone/other` that is on GitHub alone. Both are scripts that can only describe themselves.
 */
export function pluginSite(version = '1.8.2'): PluginHosts {
  const githubFailures: PluginHosts['githubFailures'] = []
  const platform = platformOf(process.platform, process.arch)
  const amazon = release('amazon', version, platform)
  const other = release('other', version, platform)
  const base = `packer-plugin-amazon/${version}/packer-plugin-amazon_${version}`
  const download = `someone/packer-plugin-other/releases/download/v${version}`
  const otherZip = `${other.binary}.zip`
  const files: Record<string, string | Buffer> = {
    [`${releases}/packer-plugin-amazon/index.json`]: JSON.stringify({
      versions: {[version]: {name: 'packer-plugin-amazon', version}}
    }),
    [`${releases}/${base}_SHA256SUMS`]: `${amazon.checksum}  packer-plugin-amazon_${version}_${platform}.zip\n`,
    [`${releases}/${base}_manifest.json`]: JSON.stringify({version: 1, metadata: {protocol_version: '5.0'}}),
    [`${releases}/${base}_${platform}.zip`]: amazon.zip,
    'api.github.com/repos/someone/packer-plugin-other/git/matching-refs/tags': JSON.stringify([
      {ref: `refs/tags/v${version}`}
    ]),
    [`github.com/${download}/packer-plugin-other_v${version}_SHA256SUMS`]: `${other.checksum}  ${otherZip}\n`,
    [`github.com/${download}/${otherZip}`]: other.zip
  }
  const answer: Answering = ({host, path}: Request, response) => {
    const failure = host === 'api.github.com' ? githubFailures.shift() : undefined
    if (failure) return void response.writeHead(failure.status, failure.headers).end(JSON.stringify(failure.body ?? {}))
    const file = files[`${host}${path}`]
    if (file === undefined) return void response.writeHead(404).end('{"message": "Not Found"}')
    response.end(file)
  }
  return {answer, githubFailures}
}

function release(name: string, version: string, platform: string) {
  const binary = `packer-plugin-${name}_v${version}_x5.0_${platform}`
  const description = JSON.stringify({
    version,
    sdk_version: '0.6.0',
    api_version: 'x5.0',
    builders: [],
    post_processors: []
  })
  const zip = zipOf([{name: binary, content: `#!/bin/sh\necho '${description}'\n`}])
  return {binary, zip, checksum: createHash('sha256').update(zip).digest('hex')}
}
