import {createHash, randomBytes, timingSafeEqual} from 'node:crypto'
import {once} from 'node:events'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AwsCredentialIdentity} from '@smithy/types'
import {messageOf} from '../lib/errors.ts'
import {keepAnswering} from './connections.ts'
import {keepFresh, type FreshOptions, type KeySource} from './fresh.ts'

export type EndpointOptions = Omit<FreshOptions, 'owner'>

/** AWS's container credentials, served on this machine's loopback address. */
export interface CredentialsEndpoint {
  /** For `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
  readonly url: string
  /** For `AWS_CONTAINER_AUTHORIZATION_TOKEN`; masked. */
  readonly token: string
  /** How many requests have carried the token so far: 0 means that nobody uses the endpoint. */
  requests(): number
  close(): Promise<void>
}

/**
 * Serves keys to Packer for as long as the bake lasts. The first keys are there when it resolves, and it always answers
 * with the best ones it has (see {@link keepFresh}).
 *
 * @throws what `source` throws, when there are no first keys
 */
export async function serveCredentials(source: KeySource, options: EndpointOptions): Promise<CredentialsEndpoint> {
  const {log} = options
  const keys = keepFresh(source, {...options, owner: 'of Packer'})
  await keys.current()

  const path = `/${randomBytes(16).toString('hex')}`
  const token = randomBytes(32).toString('hex')
  log.mask(token)
  let requests = 0

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' || request.url !== path)
      return send(response, 404, problem('NotFound', 'nothing here'))
    if (!isEqual(request.headers.authorization ?? '', token)) {
      return send(response, 401, problem('Unauthorized', 'the authorization token is wrong'))
    }
    requests += 1
    connections.answer(request.socket)
    try {
      send(response, 200, containerCredentials(await keys.current()))
    } catch (error) {
      log.warning(`Packer asked for AWS keys, but there are no valid ones: ${messageOf(error)}`)
      send(response, 503, problem('NoCredentials', messageOf(error)))
    }
  }

  const server = createServer((request, response) => void answer(request, response))
  const connections = keepAnswering(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A connection that cannot be accepted must not end this process. Logged once, because the system tries again at
  // once.
  server.on('error', () => undefined)
  server.once('error', (error) => log.warning(`A request for AWS keys could not be accepted: ${messageOf(error)}`))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the credentials endpoint has no port')
  return {
    url: `http://127.0.0.1:${address.port}${path}`,
    token,
    requests: () => requests,
    async close() {
      keys.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      connections.close()
      await closed
    }
  }
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function isEqual(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The fields that the SDKs read; keys that never expire have no `Expiration`. */
function containerCredentials(keys: AwsCredentialIdentity): object {
  return {
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    Token: keys.sessionToken ?? '',
    ...(keys.expiration ? {Expiration: keys.expiration.toISOString()} : {}),
    ...(keys.accountId ? {AccountId: keys.accountId} : {})
  }
}

function problem(code: string, message: string): object {
  return {code, message: message.split('\n', 1)[0]}
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, {'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close'})
    .end(JSON.stringify(body))
}
