import {request as send, type IncomingHttpHeaders} from 'node:http'
import {text} from 'node:stream/consumers'
import type {ArrivedRequest} from '../../cloud/auth/sigv4.ts'
import {CallLog, callerOf, type Call} from '../../cloud/calls.ts'
import {requestPath, type TokenIssuer} from '../../cloud/oidc.ts'
import type {Answer} from '../../cloud/protocol/encode.ts'
import {serve} from '../../cloud/server.ts'
import type {Gap} from './gaps.ts'
import type {Machines} from './machines.ts'

export interface Proxy {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly calls: readonly Call[]
  /** How often each gap was hit. */
  readonly hits: ReadonlyMap<Gap, number>
  /** Refusals and failures of the other implementation that no gap explains. */
  readonly refused: readonly string[]
  close(): Promise<void>
}

export interface ProxyOptions {
  /** The other implementation. */
  readonly target: string
  readonly gaps: readonly Gap[]
  readonly machines: Machines
  readonly issuer: TokenIssuer
  /** What answers say that it is: callers go by AWS's clock. */
  readonly now: () => Date
  readonly onArrival?: (call: Call) => void
  readonly onAnswered?: (call: Call) => void
}

interface Forwarded {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Stands between the action, Packer and another implementation of AWS: hands every request on as it is, closes that implementation's
 * known gaps, and puts light machines behind its instances. GitHub's token endpoint is here too.
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const {target, gaps, machines, issuer, now, onArrival, onAnswered} = options
  const log = new CallLog()
  const hits = new Map<Gap, number>()
  const refused: string[] = []

  async function answerTo(request: ArrivedRequest, fields: URLSearchParams): Promise<Forwarded> {
    const first = await forward(target, request, request.body)
    for (const gap of gaps) {
      const answer = await gap.close(fields, first, (other) => forward(target, request, other.toString()))
      if (!answer) continue
      hits.set(gap, (hits.get(gap) ?? 0) + 1)
      return answer
    }
    return first
  }

  const server = await serve(
    0,
    async (request) => {
      const isToken = request.url.pathname === requestPath
      const fields = new URLSearchParams(request.method === 'POST' ? request.body : '')
      const action = isToken ? 'GetIdToken' : (fields.get('Action') ?? `${request.method} ${request.url.pathname}`)
      const call = log.arrived(
        isToken ? 'oidc' : 'ec2',
        fields.get('DryRun') === 'true' ? `DryRun${action}` : action,
        callerOf(request.headers['user-agent'])
      )
      onArrival?.(call)
      const answer: Answer = isToken ? await issuer.answer(request) : await answerTo(request, fields)
      call.status = answer.status
      if (answer.status < 300 && !isToken) await machines.follow(fields, answer.body)
      const code = /<Code>([^<]+)/.exec(answer.body)?.[1]
      if (answer.status >= 300) call.errorCode = code ?? `HTTP ${answer.status}`
      if (answer.status >= 300 && code !== 'DryRunOperation') {
        refused.push(
          `${call.action} by ${call.by}: ${code ?? `HTTP ${answer.status}`}: ${/<Message>([^<]+)/.exec(answer.body)?.[1] ?? ''}`
        )
      }
      return {
        ...answer,
        body: isToken ? answer.body : machines.withAddresses(answer.body),
        sent: () => onAnswered?.(call)
      }
    },
    now
  )
  return {endpoint: server.endpoint, calls: log.calls, hits, refused, close: () => server.close()}
}

/** Its credentials' scope is how the other implementation knows the service and the region; it checks no signature. */
function forward(target: string, {method, url, headers}: ArrivedRequest, body: string): Promise<Forwarded> {
  const to = new URL(url.pathname + url.search, target)
  return new Promise((resolve, reject) => {
    const length = {'content-length': String(Buffer.byteLength(body))}
    const request = send(to, {method, headers: {...headers, host: to.host, ...length}}, (response) => {
      text(response).then(
        (answered) => resolve({status: response.statusCode ?? 500, headers: typeOf(response.headers), body: answered}),
        reject
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

function typeOf({'content-type': type}: IncomingHttpHeaders): Record<string, string> {
  return type === undefined ? {} : {'content-type': type}
}
