import {execFile} from 'node:child_process'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import type {ServerResponse} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, beforeEach, expect, it} from '@jest/globals'
import {startInternetBehindProxy, type InternetBehindProxy, type Request} from '../helpers/internet-behind-proxy.ts'
import {indexEntry} from '../../rehearsal/trials/releases/site.ts'
import {actionsNode} from '../../rehearsal/runner/node.ts'
import {serve, unsignedJwt} from '../unit/credentials/stand-ins.ts'

const hosts = [
  'releases.hashicorp.com',
  'oidc.example',
  'checkip.amazonaws.com',
  'sts.eu-west-1.amazonaws.com',
  'ec2.eu-west-1.amazonaws.com',
  'iam.amazonaws.com'
]

let internet: InternetBehindProxy
let direct: Awaited<ReturnType<typeof serve>>
let folder: string
let authority: string
let common: Record<string, string>

beforeAll(async () => {
  internet = await startInternetBehindProxy(hosts, answer)
  direct = await serve((_, response) => response.end('direct'))
  folder = await mkdtemp(join(tmpdir(), 'proxy-'))
  authority = join(folder, 'authority.pem')
  await writeFile(authority, internet.authority)
  common = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DIRECT_PORT: new URL(direct.url).port,
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://oidc.example/token?api=2.0',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret'
  }
})

beforeEach(() => {
  internet.tunnels.length = 0
  internet.requests.length = 0
})

afterAll(async () => {
  await Promise.all([internet.close(), direct.close(), rm(folder, {recursive: true})])
})

/** The internet: one answer that is right for each of the hosts. */
function answer({host}: Request, response: ServerResponse): void {
  const xml = (text: string) => response.setHeader('content-type', 'text/xml').end(text)
  if (host === 'releases.hashicorp.com') {
    response.end(JSON.stringify({versions: {'1.99.0': indexEntry('1.99.0', 'linux_amd64')}}))
  } else if (host === 'oidc.example') response.end(JSON.stringify({value: unsignedJwt(1)}))
  else if (host === 'checkip.amazonaws.com') response.end('203.0.113.7\n')
  else if (host.startsWith('sts')) {
    xml(
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/x</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>'
    )
  } else if (host.startsWith('ec2')) {
    xml(
      '<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName></item></regionInfo></DescribeRegionsResponse>'
    )
  } else if (host.startsWith('iam')) {
    response.statusCode = 404
    xml(
      '<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>x</Message></Error></ErrorResponse>'
    )
  } else response.writeHead(404).end()
}

/** What came of one request of every client, on the Node that runs the action. */
async function everyClient(env: Record<string, string>): Promise<Record<string, unknown>> {
  const script = join(import.meta.dirname, '../helpers/every-client.ts')
  const {stdout} = await promisify(execFile)(actionsNode().executable, ['--no-warnings', script], {
    env: {...common, ...env}
  })
  return Object.fromEntries(
    stdout
      .split('\n')
      .filter((line) => line.startsWith('["'))
      .map((line) => JSON.parse(line) as [string, unknown])
  )
}

const allWell = {
  releases: ['1.99.0'],
  oidc: unsignedJwt(1),
  checkip: ['203.0.113.7/32'],
  sts: '111122223333',
  ec2: 1,
  iam: 'no such role',
  loopback: 200,
  localhost: 200,
  probe: 'http'
}
const tunnels = hosts.map((host) => `${host}:443`).toSorted()

it('takes every client through the proxy and trusts the extra authority, but the probe and this machine itself', async () => {
  const proxies = {HTTPS_PROXY: internet.url, HTTP_PROXY: internet.url}
  const result = await everyClient({...proxies, NODE_USE_ENV_PROXY: '1', SSL_CERT_FILE: authority})
  expect(result).toEqual(allWell)
  expect([...new Set(internet.tunnels)].toSorted()).toEqual(tunnels)
  expect(internet.requests.filter(({host}) => host.startsWith('127.') || host.startsWith('localhost'))).toEqual([])
})

it.each([
  ['NODE_EXTRA_CA_CERTS', 'https_proxy'],
  ['AWS_CA_BUNDLE', 'HTTPS_PROXY']
])('knows the authority by %s and the proxy by %s, also without http://', async (ca, proxy) => {
  const result = await everyClient({[ca]: authority, [proxy]: new URL(internet.url).host})
  expect(result).toEqual(allWell)
  expect([...new Set(internet.tunnels)].toSorted()).toEqual(tunnels)
})

it('trusts no authority that is not named', async () => {
  const result = await everyClient({HTTPS_PROXY: internet.url})
  expect(result).toMatchObject({
    releases: expect.stringContaining('self-signed certificate'),
    ec2: expect.stringContaining('self-signed certificate')
  })
  expect(internet.requests).toEqual([])
})

it('goes around the proxy where NO_PROXY says so, for the hosts under a name too', async () => {
  const env = {HTTPS_PROXY: internet.url, NO_PROXY: 'other.invalid, Example', SSL_CERT_FILE: authority}
  const result = await everyClient(env)
  // There is no such host outside of the proxy.
  expect(result).toEqual({...allWell, oidc: expect.stringMatching(/failed: .*oidc\.example/)})
  expect([...new Set(internet.tunnels)].toSorted()).toEqual(tunnels.filter((tunnel) => tunnel !== 'oidc.example:443'))
})
