import {JsonShapeSerializer, XmlShapeSerializer} from '@aws-sdk/core/protocols'
import {NormalizedSchema} from '@smithy/core/schema'
import type {$SchemaRef, StaticStructureSchema} from '@smithy/types'
import type {AwsError} from './errors.ts'
import {structureOf} from './operations.ts'

/** What goes back over HTTP. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The error's code, where the answer is an error. */
  readonly errorCode?: string
}

const ec2Namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/'
/** The services of the plain query protocol, whose answers differ in their namespace alone. */
type QueryService = 'autoscaling' | 'iam' | 'sts'

const queryNamespaces: Readonly<Record<QueryService, string>> = {
  autoscaling: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/'
}

// The SDK's numbers for a string, a boolean and a list of structures; 5 is the date format of RFC 3339.
const STRING = 0
const BOOLEAN = 2
const DATE_TIME = 5
const EPOCH_SECONDS = 7

type Members = Readonly<Record<string, $SchemaRef>>

/** A shape of our own, in the form of the SDK's generated ones. */
function structure(name: string, members: Members): StaticStructureSchema {
  return [3, 'rehearsal', name, 0, Object.keys(members), Object.values(members)]
}

const errorShape = structure('Error', {Type: STRING, Code: STRING, Message: STRING})
const errorsShape = structure('Errors', {Error: () => errorShape})
const ec2ErrorShape = structure('Response', {Errors: () => errorsShape, RequestID: STRING})
const queryErrorShape = structure('ErrorResponse', {Error: () => errorShape, RequestId: STRING})
const metadataShape = structure('ResponseMetadata', {RequestId: STRING})

/** `<ActionResponse>` with the request's id and, beside it, the members of the operation's output. */
export function encodeEc2(action: string, output: $SchemaRef, value: object, requestId: string): Answer {
  const members = outputMembers(output)
  const shape = structure(`${action}Response`, {requestId: STRING, ...(members ?? {return: BOOLEAN})})
  return xml(200, shape, {requestId, ...(members ? value : {return: true})}, ec2Namespace, requestId)
}

/** `<ActionResponse>` with `<ActionResult>`, where the operation has an output, and `<ResponseMetadata>` in it. */
export function encodeQuery(
  service: QueryService,
  action: string,
  output: $SchemaRef,
  value: object,
  requestId: string
): Answer {
  const result = outputMembers(output) ? {[`${action}Result`]: output} : {}
  const shape = structure(`${action}Response`, {...result, ResponseMetadata: () => metadataShape})
  const answer = {[`${action}Result`]: value, ResponseMetadata: {RequestId: requestId}}
  return xml(200, shape, answer, queryNamespaces[service], requestId)
}

export function encodeEc2Error(error: AwsError, requestId: string): Answer {
  const value = {Errors: {Error: {Code: error.code, Message: error.message}}, RequestID: requestId}
  return {...xml(error.status, ec2ErrorShape, value, '', requestId), errorCode: error.code}
}

export function encodeQueryError(service: QueryService, error: AwsError, requestId: string): Answer {
  const type = error.status < 500 ? 'Sender' : 'Receiver'
  const value = {Error: {Type: type, Code: error.code, Message: error.message}, RequestId: requestId}
  return {...xml(error.status, queryErrorShape, value, queryNamespaces[service], requestId), errorCode: error.code}
}

export function json(status: number, value: object): Answer {
  return {status, headers: {'content-type': 'application/json; charset=utf-8'}, body: JSON.stringify(value)}
}

/** The members of the operation's output, as `application/x-amz-json-1.1` has them. */
export function encodeJson(output: $SchemaRef, value: object, requestId: string): Answer {
  const serializer = new JsonShapeSerializer({
    jsonName: false,
    timestampFormat: {default: EPOCH_SECONDS, useTrait: true}
  })
  serializer.write(NormalizedSchema.of(output), value)
  return amzJson(200, serializer.flush(), requestId)
}

/** Where AWS says nothing but the code, there is no message, and an SDK has one of its own. */
export function encodeJsonError({code, message, status}: AwsError, requestId: string): Answer {
  const body = JSON.stringify({__type: code, ...(message ? {message} : {})})
  return {...amzJson(status, body, requestId), errorCode: code}
}

function amzJson(status: number, body: string, requestId: string): Answer {
  return {status, headers: {'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': requestId}, body}
}

/** The output's members, or undefined where the operation has no output (EC2 then answers `<return>true</return>`). */
function outputMembers(output: $SchemaRef): Members | undefined {
  const structureSchema = structureOf(NormalizedSchema.of(output))
  if (!structureSchema) return undefined
  const [, , , , names, schemas] = structureSchema
  return Object.fromEntries(names.map((name, index) => [name, schemas[index] ?? STRING]))
}

function xml(
  status: number,
  shape: StaticStructureSchema,
  value: object,
  namespace: string,
  requestId: string
): Answer {
  const serializer = new XmlShapeSerializer({
    xmlNamespace: namespace,
    serviceNamespace: 'rehearsal',
    timestampFormat: {default: DATE_TIME, useTrait: true}
  })
  serializer.write(shape, value)
  return {
    status,
    headers: {'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId},
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${String(serializer.flush())}`
  }
}
