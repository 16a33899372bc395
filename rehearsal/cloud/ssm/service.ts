import type {Authorize} from '../auth/authorize.ts'
import type {Principal} from '../auth/sessions.ts'
import type {Ec2Regions} from '../ec2/state/regions.ts'
import {encodeJson, type Answer} from '../protocol/encode.ts'
import {AwsError} from '../protocol/errors.ts'
import {operationShape} from '../protocol/operations.ts'
import {getParameter, ParameterStore, putParameter, type ParameterCall} from './parameters.ts'
import type {SessionCall, Sessions} from './sessions.ts'

/** One authenticated call, still in JSON. */
interface SsmRequest {
  readonly action: string
  readonly body: string
  readonly principal: Principal
  /** The region that the call was signed for. */
  readonly region: string
  readonly requestId: string
}

export type SsmService = (request: SsmRequest) => Promise<Answer>

type Operation = (input: object, call: ParameterCall & SessionCall) => Promise<object>

/**
 * Systems Manager, of which there is Parameter Store: it names the newest images of distributions, and holds parameters of the account's
 * own. And there are sessions that forward a port.
 */
export function createSsmService(
  regions: Ec2Regions,
  authorize: Authorize,
  now: () => Date,
  sessions: Sessions
): SsmService {
  const stores = new Map<string, ParameterStore>()
  const operations: Readonly<Record<string, Operation>> = {
    GetParameter: getParameter,
    PutParameter: putParameter,
    StartSession: (input, call) => sessions.start(input, call),
    TerminateSession: (input, call) => sessions.terminate(input, call)
  }
  return async ({action, body, principal, region, requestId}) => {
    const shape = operationShape('ssm', action)
    const operation = Object.hasOwn(operations, action) ? operations[action] : undefined
    if (!shape) throw new AwsError('UnknownOperationException', '')
    if (!operation) {
      throw new AwsError(
        'UnknownOperationException',
        `The rehearsal's local cloud does not offer the action ${action}. AWS does.`
      )
    }
    const cloud = regions.at(region)
    if (!cloud) throw new Error(`A request for the unknown region ${region} was let in`)
    const store = stores.get(region) ?? new ParameterStore(cloud, now)
    stores.set(region, store)
    const permit = async (
      arn: string,
      context: Readonly<Record<string, string>> = {},
      name = `ssm:${action}`
    ): Promise<void> => {
      const decision = await authorize({
        principal,
        action: name,
        resources: [{arn, context: {'aws:RequestedRegion': region, ...context}}]
      })
      if (decision.allowed) return
      throw new AwsError(
        'AccessDeniedException',
        `User: ${principal.arn} is not authorized to perform: ${name} on resource: ${decision.resource} ${decision.because}`
      )
    }
    const output = await operation(readObject(body), {
      cloud,
      caller: principal.arn.split('/').at(-1) ?? '',
      store,
      region,
      accountId: principal.accountId,
      permit
    })
    return encodeJson(shape.output, output, requestId)
  }
}

function readObject(body: string): object {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // The same as what is no object.
  }
  throw new AwsError('SerializationException', '')
}
