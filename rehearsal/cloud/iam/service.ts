import type {Authorize} from '../auth/authorize.ts'
import type {Context} from '../auth/conditions.ts'
import type {Principal} from '../auth/sessions.ts'
import {decodeRequest} from '../protocol/decode.ts'
import {encodeQuery, type Answer} from '../protocol/encode.ts'
import {AwsError} from '../protocol/errors.ts'
import {operationShape} from '../protocol/operations.ts'
import {instanceProfileOperations} from './instance-profiles.ts'
import type {IamCall, TouchedEntity} from './operation.ts'
import {roleOperations} from './roles.ts'
import type {IamStore, Tags} from './store.ts'

/** One authenticated call, still in its form encoding. */
interface IamRequest {
  readonly action: string
  readonly fields: URLSearchParams
  readonly principal: Principal
  readonly requestId: string
}

export type IamService = (request: IamRequest) => Promise<Answer>

type Operation = (input: never, call: IamCall) => Promise<object>

/** IAM's query API: roles and instance profiles. What is made is there at once, where AWS's IAM needs seconds. */
export function createIamService(store: IamStore, authorize: Authorize): IamService {
  const offered = {...roleOperations(store), ...instanceProfileOperations(store)}
  const operations = new Map(Object.entries<Operation>(offered))
  return async ({action, fields, principal, requestId}) => {
    const shape = operationShape('iam', action)
    if (!shape) throw new AwsError('InvalidAction', `Could not find operation ${action} for version 2010-05-08`)
    const operation = operations.get(action)
    if (!operation) {
      throw new AwsError('InvalidAction', `The rehearsal's local cloud does not offer the action ${action}. AWS does.`)
    }
    let asked = false
    const output = await operation(asInputOf(decodeRequest(shape.input, fields, 'query')), {
      permit: async (touched, passedRole) => {
        asked = true
        await permit(authorize, principal, action, touched, passedRole)
      }
    })
    if (!asked) throw new Error(`${action} did not ask whether it is permitted`)
    return encodeQuery('iam', action, shape.output, output, requestId)
  }
}

async function permit(
  authorize: Authorize,
  principal: Principal,
  action: string,
  {arn, tags, requestTags}: TouchedEntity,
  passedRole: string | undefined
): Promise<void> {
  const ask = async (name: string, resource: string, context: Context): Promise<void> => {
    const decision = await authorize({principal, action: `iam:${name}`, resources: [{arn: resource, context}]})
    if (decision.allowed) return
    const what = `iam:${name} on resource: ${decision.resource} ${decision.because}`
    throw new AwsError('AccessDenied', `User: ${principal.arn} is not authorized to perform: ${what}`, 403)
  }
  const context = {...existingContext(tags), ...requestContext(requestTags)}
  await ask(action, arn, context)
  // Tags at creation need the permission to tag as well (IAM user guide, "Tagging IAM resources").
  if (action.startsWith('Create') && requestTags && requestTags.size > 0) {
    await ask(action.replace('Create', 'Tag'), arn, context)
  }
  if (passedRole !== undefined) await ask('PassRole', passedRole, {'iam:PassedToService': 'ec2.amazonaws.com'})
}

function existingContext(tags: Tags | undefined): Context {
  const pairs = [...(tags ?? [])].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value],
    [`iam:ResourceTag/${key}`, value]
  ])
  return Object.fromEntries(pairs)
}

function requestContext(tags: Tags | undefined): Context {
  if (!tags || tags.size === 0) return {}
  const pairs = [...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])
  return {...Object.fromEntries(pairs), 'aws:TagKeys': [...tags.keys()]}
}

/** The operations' inputs differ; each is given what was decoded by AWS's own shape for it. */
function asInputOf(decoded: object): never {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape of the same action was the decoder's
  return decoded as never
}
