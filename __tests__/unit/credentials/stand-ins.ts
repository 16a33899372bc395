import {once} from 'node:events'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {STSClient, type STSClientConfig} from '@aws-sdk/client-sts'

/** Serves HTTP on 127.0.0.1 until it is closed. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => answer(request, response, body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}

export function recordingLog() {
  const lines: string[] = []
  const masked: string[] = []
  const say = (text: string) => void lines.push(text)
  return {lines, masked, info: say, warning: say, debug: say, mask: (secret: string) => void masked.push(secret)}
}

export const claims = {
  iss: 'https://token.actions.githubusercontent.com',
  aud: 'sts.amazonaws.com',
  sub: 'repo:octo@12/images@34:ref:refs/heads/main',
  repository: 'octo/images',
  event_name: 'push',
  jti: 'not-shown'
}

/** A token as GitHub's, but for its signature; `n` tells tokens apart. */
export function unsignedJwt(n: number, payload: object = claims): string {
  return `${jwtPart({alg: 'RS256'})}.${jwtPart({...payload, n})}.signature-${n}`
}

function jwtPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Stands in for GitHub's token service: each request gets another token. */
export async function fakeTokenService(payload: object = claims) {
  const requests: {url: string; authorization: string | undefined}[] = []
  const tokens: string[] = []
  /** Answered before any token, one each. */
  const failures: number[] = []
  const server = await serve((request, response) => {
    requests.push({url: request.url ?? '', authorization: request.headers.authorization})
    const failure = failures.shift()
    if (failure === 0) request.socket.destroy()
    else if (failure) response.writeHead(failure).end('no luck')
    else {
      tokens.push(unsignedJwt(tokens.length + 1, payload))
      response.end(JSON.stringify({value: tokens.at(-1)}))
    }
  })
  const env = {ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/token?api=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer'}
  return {...server, env, requests, tokens, failures}
}

export interface StsFailure {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** Stands in for STS, in its own protocol: each assumed role gets another key. */
export async function fakeSts({accountId = '111122223333', lifetimeMs = 3_600_000, now = Date.now} = {}) {
  const calls: URLSearchParams[] = []
  const authorizations: (string | undefined)[] = []
  /** Answered first, one each. */
  const failures: StsFailure[] = []
  const resultXml = (call: URLSearchParams) => {
    const action = call.get('Action')
    const n = calls.filter((each) => each.get('Action') === 'AssumeRoleWithWebIdentity').length
    const result =
      action === 'GetCallerIdentity'
        ? `<Account>${accountId}</Account><Arn>arn:aws:sts::${accountId}:assumed-role/bake/session</Arn>`
        : `<Credentials><AccessKeyId>ASIA${n}</AccessKeyId><SecretAccessKey>secret-${n}</SecretAccessKey>` +
          `<SessionToken>session-${n}</SessionToken><Expiration>${new Date(now() + lifetimeMs).toISOString()}</Expiration></Credentials>`
    return `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`
  }
  const server = await serve((request, response, body) => {
    const call = new URLSearchParams(body)
    calls.push(call)
    authorizations.push(request.headers.authorization)
    const failure = failures.shift()
    response.setHeader('content-type', 'text/xml')
    response.writeHead(failure?.status ?? 200).end(failure ? errorXml(failure) : resultXml(call))
  })
  const createClient = (config: STSClientConfig) => new STSClient({...config, endpoint: server.url, maxAttempts: 1})
  return {...server, calls, authorizations, failures, createClient}
}

function errorXml({code, message}: StsFailure): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`
}
