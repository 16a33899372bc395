import {randomUUID} from 'node:crypto'
import type {AutoScalingService} from './auto-scaling/service.ts'
import {authenticate, type Authenticator} from './auth/authenticate.ts'
import type {ArrivedRequest} from './auth/sigv4.ts'
import {callerOf, type Call} from './calls.ts'
import type {Ec2Service} from './ec2/service.ts'
import {NoAnswer} from './faults/faults.ts'
import type {Interference} from './faults/interference.ts'
import type {IamService} from './iam/service.ts'
import {requestPath, type TokenIssuer} from './oidc.ts'
import {encodeEc2Error, encodeJsonError, encodeQueryError, json, type Answer} from './protocol/encode.ts'
import {AwsError} from './protocol/errors.ts'
import type {AwsService} from './protocol/operations.ts'
import type {Reply} from './server.ts'
import type {SsmService} from './ssm/service.ts'
import type {StsService} from './sts/service.ts'

export interface Services {
  readonly autoScaling: AutoScalingService
  readonly ec2: Ec2Service
  readonly iam: IamService
  readonly ssm: SsmService
  readonly sts: StsService
  readonly issuer: TokenIssuer
  readonly authenticator: Authenticator
  readonly log: (text: string) => void
}

/** A request whose service and action are known. */
interface Arrival {
  readonly service: AwsService | 'oidc'
  readonly action: string
  readonly fields: URLSearchParams
  readonly request: ArrivedRequest
}

/**
 * Sends each request to the service that it is for, and keeps the log of calls.
 * @param interference what is in force when a call arrives
 */
export function createRouter(
  services: Services,
  interference: () => Interference
): (request: ArrivedRequest) => Promise<Reply> {
  return async (request) => {
    const arrival = route(request)
    const present = interference()
    const call = present.calls.arrived(arrival.service, nameOf(arrival), callerOf(request.headers['user-agent']))
    try {
      const answer = await answerTo(services, present, call, arrival)
      call.status = answer.status
      if (answer.errorCode !== undefined) call.errorCode = answer.errorCode
      return {...answer, sent: () => present.onAnswered(call)}
    } catch (error) {
      if (error instanceof NoAnswer) call.errorCode = error.message
      throw error
    }
  }
}

/** The only place where answers to calls come from, deliberate faults included. */
async function answerTo(services: Services, present: Interference, call: Call, arrival: Arrival): Promise<Answer> {
  const requestId = randomUUID()
  try {
    await present.onArrival(call)
    return await present.faults(call, arrival.fields, requestId, () => dispatch(services, call, arrival, requestId))
  } catch (error) {
    if (error instanceof NoAnswer) throw error
    const known = error instanceof AwsError ? error : internalError(services, call, error)
    if (arrival.service === 'oidc') return json(known.status, {message: known.message})
    if (arrival.service === 'ec2') return encodeEc2Error(known, requestId)
    if (arrival.service === 'ssm') return encodeJsonError(known, requestId)
    return encodeQueryError(arrival.service, known, requestId)
  }
}

async function dispatch(services: Services, call: Call, arrival: Arrival, requestId: string): Promise<Answer> {
  const {service, action, fields, request} = arrival
  if (service === 'oidc') return services.issuer.answer(request)
  const identify = () => authenticate(request, service, services.authenticator)
  if (service === 'sts') {
    return services.sts({action, fields, identify: async () => (await identify()).principal, requestId})
  }
  const {principal, region} = await identify()
  if (action === '') throw new AwsError('MissingAction', 'The request must contain the parameter Action')
  if (service === 'ssm') return services.ssm({action, body: request.body, principal, region, requestId})
  if (service === 'autoscaling') return services.autoScaling({action, fields, principal, region, requestId})
  if (service === 'iam') return services.iam({action, fields, principal, requestId})
  return services.ec2({action, fields, principal, region, by: call.by, requestId})
}

/** The versions of the APIs that are not EC2's: they share the endpoint, and their version tells them apart. */
const serviceOfVersion: Readonly<Record<string, 'autoscaling' | 'iam' | 'sts'>> = {
  '2010-05-08': 'iam',
  '2011-01-01': 'autoscaling',
  '2011-06-15': 'sts'
}

/** Before the operation's name in the header that carries it, for services that speak JSON. */
const ssmTarget = 'AmazonSSM.'

function route(request: ArrivedRequest): Arrival {
  const {url, body, method, headers} = request
  if (url.pathname === requestPath) return {service: 'oidc', action: 'GetIdToken', fields: url.searchParams, request}
  const target = headers['x-amz-target']
  if (target?.startsWith(ssmTarget)) {
    return {service: 'ssm', action: target.slice(ssmTarget.length), fields: new URLSearchParams(), request}
  }
  const fields = method === 'POST' ? new URLSearchParams(body) : url.searchParams
  const service = serviceOfVersion[fields.get('Version') ?? ''] ?? 'ec2'
  return {service, action: fields.get('Action') ?? '', fields, request}
}

/** A dry run makes nothing: it is another call than the one that it tries, and counted apart. */
function nameOf({action, fields}: Arrival): string {
  return fields.get('DryRun') === 'true' ? `DryRun${action}` : action
}

function internalError({log}: Services, call: Call, error: unknown): AwsError {
  log(
    `The local cloud failed at ${call.action} (call ${call.n}): ${error instanceof Error ? error.stack : String(error)}`
  )
  return new AwsError('InternalError', 'An internal error has occurred in the local cloud', 500)
}
