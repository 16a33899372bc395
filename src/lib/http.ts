import http from 'node:http'
import https from 'node:https'
import {trustedCertificates} from './certificates.ts'
import {proxySettings} from './proxy.ts'

/**
 * Agents that go through the proxies and trust the authorities which `env` names, as Node 24 can, which runs the action. Also for
 * the AWS SDK's `requestHandler`, which ignores proxies by itself.
 *
 * @throws {UserError} when it names a proxy or a file that cannot be used
 */
export function proxyAgents(
  env: NodeJS.ProcessEnv,
  keepAlive = true
): {httpAgent: http.Agent; httpsAgent: https.Agent} {
  const options = {keepAlive, proxyEnv: proxySettings(env)}
  const ca = trustedCertificates(env)
  return {httpAgent: new http.Agent(options), httpsAgent: new https.Agent({...options, ...(ca ? {ca} : {})})}
}

/**
 * For the AWS SDK, which by default waits forever on a connection that has died. In milliseconds. A request that got no
 * answer is sent again, which is safe for all that the action sends, and EC2 answers within seconds.
 */
export const requestLimits = {
  connectionTimeout: 10_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
  socketTimeout: 15_000
}

export interface GetOptions {
  /** Where proxies are named. */
  readonly env: NodeJS.ProcessEnv
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

const silenceMs = 30_000

/**
 * Sends one GET and resolves with the answer, whatever its status, its body still unread. Redirects are not followed.
 * Rejects when the connection fails or `signal` aborts; half a minute of silence ends it, also while the body is read.
 */
export function get(url: URL, {env, headers = {}, signal}: GetOptions): Promise<http.IncomingMessage> {
  const secure = url.protocol === 'https:'
  const {httpAgent, httpsAgent} = proxyAgents(env, false)
  return new Promise((resolve, reject) => {
    const options = {
      agent: secure ? httpsAgent : httpAgent,
      signal,
      timeout: silenceMs,
      headers: {'user-agent': 'bake-jenkins-ami', ...headers}
    }
    const request = secure ? https.get(url, options, resolve) : http.get(url, options, resolve)
    request.once('timeout', () => request.destroy(new Error(`no data came for ${silenceMs / 1000} seconds`)))
    request.once('error', reject)
    // An answer such as 101 Switching Protocols ends without a response and without an error (Node's http, event 'upgrade').
    request.once('close', () => reject(new Error('the connection was closed without an answer')))
  })
}

/** The body of a file, as it comes over HTTP. */
export type OpenFile = (url: string, signal: AbortSignal) => Promise<AsyncIterable<Buffer>>
/** Reads a whole file over HTTP. */
export type ReadBytes = (url: string, signal: AbortSignal) => Promise<Buffer>
export type ReadText = (url: string, signal: AbortSignal) => Promise<string>

/** Follows up to three redirects, and none from https to http. Any status but 200 is an error. */
export function fileOpener(env: NodeJS.ProcessEnv): OpenFile {
  return async function open(url: string, signal: AbortSignal, redirects = 3): Promise<http.IncomingMessage> {
    const response = await get(new URL(url), {env, signal})
    const {statusCode = 0} = response
    if (statusCode === 200) return response
    response.destroy()
    const {location} = response.headers
    if (statusCode < 300 || statusCode >= 400 || !location || redirects === 0) {
      throw new Error(`it answered ${statusCode}`)
    }
    const target = new URL(location, url)
    if (target.protocol !== 'https:' && new URL(url).protocol === 'https:') {
      throw new Error(`a redirect from https to ${target.origin} is refused`)
    }
    return open(target.href, signal, redirects - 1)
  }
}

/** @param limit in bytes; a longer file is an error */
export function bytesReader(env: NodeJS.ProcessEnv, limit: number): ReadBytes {
  const open = fileOpener(env)
  return async (url, signal) => bodyOf(await open(url, signal), limit)
}

/** Like bytesReader, for strings. */
export function textReader(env: NodeJS.ProcessEnv, limit: number): ReadText {
  const read = bytesReader(env, limit)
  return async (url, signal) => (await read(url, signal)).toString('utf8')
}

/** Reads a whole body. Rejects when it ends early, and when it is longer than `limit` bytes. */
export async function bodyOf(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) throw new Error(`the answer is longer than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
