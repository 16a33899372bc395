import {randomUUID} from 'node:crypto'
import {authenticate, type Authenticator} from './auth/authenticate.ts'
import type {ArrivedRequest} from './auth/sigv4.ts'
import {callerOf, type CallLog} from './calls.ts'
import type {Call, CloudOptions} from './cloud.ts'
import type {Ec2Service} from './ec2/service.ts'
import {requestPath, type TokenIssuer} from './oidc.ts'
import {encodeEc2Error, encodeStsError, json, type Answer} from './protocol/encode.ts'
import {AwsError} from './protocol/errors.ts'
import type {StsService} from './sts-service.ts'

export interface Services {
  readonly ec2: Ec2Service
  readonly sts: StsService
  readonly issuer: TokenIssuer
  readonly authenticator: Authenticator
  readonly onArrival: NonNullable<CloudOptions['onArrival']>
  readonly log: (text: string) => void
}

/** A request whose service and action are known. */
interface Arrival {
  readonly service: 'ec2' | 'sts' | 'oidc'
  readonly action: string
  readonly fields: URLSearchParams
  readonly request: ArrivedRequest
}

/** Sends each request to the service that it is for, and keeps the log of calls. */
export function createRouter(services: Services, calls: CallLog): (request: ArrivedRequest) => Promise<Answer> {
  return async (request) => {
    const arrival = route(request)
    const call = calls.arrived(arrival.service, arrival.action, callerOf(request.headers['user-agent']))
    const answer = await answerTo(services, call, arrival)
    call.status = answer.status
    if (answer.errorCode !== undefined) call.errorCode = answer.errorCode
    return answer
  }
}

/** The only place where answers to calls come from, and so the place to put another answer in. */
async function answerTo(services: Services, call: Call, arrival: Arrival): Promise<Answer> {
  const requestId = randomUUID()
  try {
    await services.onArrival(call)
    return await dispatch(services, call, arrival, requestId)
  } catch (error) {
    const known = error instanceof AwsError ? error : internalError(services, call, error)
    if (arrival.service === 'oidc') return json(known.status, {message: known.message})
    return arrival.service === 'sts' ? encodeStsError(known, requestId) : encodeEc2Error(known, requestId)
  }
}

async function dispatch(services: Services, call: Call, arrival: Arrival, requestId: string): Promise<Answer> {
  const {service, action, fields, request} = arrival
  if (service === 'oidc') return services.issuer.answer(request)
  const identify = () => authenticate(request, service, services.authenticator)
  if (service === 'sts') return services.sts({action, fields, identify, requestId})
  const principal = await identify()
  if (action === '') throw new AwsError('MissingAction', 'The request must contain the parameter Action')
  return services.ec2({action, fields, principal, by: call.by, requestId})
}

/** EC2's and STS's APIs are told apart by their version: they share the endpoint. */
function route(request: ArrivedRequest): Arrival {
  const {url, body, method} = request
  if (url.pathname === requestPath) return {service: 'oidc', action: 'GetIdToken', fields: url.searchParams, request}
  const fields = method === 'POST' ? new URLSearchParams(body) : url.searchParams
  const service = fields.get('Version') === '2011-06-15' ? 'sts' : 'ec2'
  return {service, action: fields.get('Action') ?? '', fields, request}
}

function internalError({log}: Services, call: Call, error: unknown): AwsError {
  log(
    `The local cloud failed at ${call.action} (call ${call.n}): ${error instanceof Error ? error.stack : String(error)}`
  )
  return new AwsError('InternalError', 'An internal error has occurred in the local cloud', 500)
}
