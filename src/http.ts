import http from 'node:http'
import https from 'node:https'

/**
 * Agents that go through the proxies which `env` names (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in both cases), as
 * Node 24 can, which runs the action. Also for the AWS SDK's `requestHandler`, which ignores proxies by itself.
 */
export function proxyAgents(
  env: NodeJS.ProcessEnv,
  keepAlive = true
): {httpAgent: http.Agent; httpsAgent: https.Agent} {
  const options = {keepAlive, proxyEnv: env}
  return {httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options)}
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
    request.once('timeout', () => request.destroy(new Error(`nothing came for ${silenceMs / 1000} seconds`)))
    request.once('error', reject)
  })
}

/** Reads a whole body. Rejects when it ends early, and when it is longer than `limit` bytes. */
export async function bodyOf(response: http.IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new Error(`the answer is longer than the ${limit} bytes that are read of it`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
