import type {AssumeRoleRequest, AssumeRoleWithWebIdentityRequest} from '@aws-sdk/client-sts'
import type {Principal} from '../auth/sessions.ts'
import {decodeRequest} from '../protocol/decode.ts'
import {encodeQuery, type Answer} from '../protocol/encode.ts'
import {AwsError} from '../protocol/errors.ts'
import {operationShape} from '../protocol/operations.ts'
import {assumeRole, assumeRoleWithWebIdentity, getCallerIdentity, type StsParts} from './operations.ts'

interface StsRequest {
  readonly action: string
  readonly fields: URLSearchParams
  /** Finds out who signed the request; a web identity's is not signed. */
  readonly identify: () => Promise<Principal>
  readonly requestId: string
}

export type StsService = (request: StsRequest) => Promise<Answer>

type Carry = (input: object, identify: () => Promise<Principal>) => Promise<object>

export function createStsService(parts: StsParts): StsService {
  const operations: Readonly<Record<string, Carry>> = {
    GetCallerIdentity: async (_input, identify) => getCallerIdentity(await identify()),
    AssumeRole: async (input: Partial<AssumeRoleRequest>, identify) => assumeRole(input, await identify(), parts),
    AssumeRoleWithWebIdentity: async (input: Partial<AssumeRoleWithWebIdentityRequest>) =>
      assumeRoleWithWebIdentity(input, parts)
  }
  return async ({action, fields, identify, requestId}) => {
    const shape = operationShape('sts', action)
    const operation = Object.hasOwn(operations, action) ? operations[action] : undefined
    if (!shape) throw new AwsError('InvalidAction', `Could not find operation ${action} for version 2011-06-15`)
    if (!operation) {
      throw new AwsError('InvalidAction', `The rehearsal's local cloud does not offer the action ${action}. AWS does.`)
    }
    const input = decodeRequest(shape.input, fields, 'query')
    return encodeQuery('sts', action, shape.output, await operation(input, identify), requestId)
  }
}
