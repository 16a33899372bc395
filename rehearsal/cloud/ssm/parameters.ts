import type {
  GetParameterRequest,
  GetParameterResult,
  Parameter,
  PutParameterRequest,
  PutParameterResult
} from '@aws-sdk/client-ssm'
import {imageParameters} from '../ec2/state/source-images.ts'
import type {Ec2Cloud} from '../ec2/state/store.ts'
import {AwsError, notOffered} from '../protocol/errors.ts'

type Version = Pick<Parameter, 'Value' | 'DataType' | 'LastModifiedDate'>

const publicPrefix = '/aws/service/'

/** When the distributions' publishers changed their parameters last. */
const published = new Date('2026-11-10T06:20:12.345Z')

/** The parameters of one region. */
export class ParameterStore {
  readonly #cloud: Ec2Cloud
  readonly #now: () => Date
  readonly #own = new Map<string, Version[]>()

  constructor(cloud: Ec2Cloud, now: () => Date) {
    this.#cloud = cloud
    this.#now = now
  }

  /** Oldest first; empty for a parameter that there is not. */
  versionsOf(name: string): readonly Version[] {
    const own = this.#own.get(name)
    if (own) return own
    const Value = imageParameters(this.#cloud).get(name)
    if (Value === undefined) return []
    const DataType = name.includes('/canonical/') ? 'aws:ec2:image' : 'text'
    return [{Value, DataType, LastModifiedDate: published}]
  }

  add(name: string, value: string): void {
    this.#own.set(name, [...this.versionsOf(name), {Value: value, DataType: 'text', LastModifiedDate: this.#now()}])
  }
}

export interface ParameterCall {
  readonly store: ParameterStore
  readonly region: string
  readonly accountId: string
  /** @throws AwsError AccessDeniedException */
  readonly permit: (arn: string) => Promise<void>
}

/**
 * `NAME`, or `NAME:VERSION`; labels are not offered.
 *
 * @throws AwsError ParameterNotFound, ParameterVersionNotFound, ValidationException, AccessDeniedException
 */
export async function getParameter(
  input: Partial<GetParameterRequest>,
  call: ParameterCall
): Promise<GetParameterResult> {
  const [name = '', selector] = nameIn(input).split(':')
  const arn = arnOf(name, call)
  await call.permit(arn)
  const versions = call.store.versionsOf(name)
  // AWS says no more than the code (aws/aws-sdk-js#4330).
  if (versions.length === 0) throw new AwsError('ParameterNotFound', '')
  const number = selector === undefined ? versions.length : Number(selector)
  const version = versions[number - 1]
  if (!version) {
    throw new AwsError('ParameterVersionNotFound', `Systems Manager could not find version ${selector} of ${name}.`)
  }
  const Selector = selector === undefined ? {} : {Selector: `:${selector}`}
  return {Parameter: {Name: name, Type: 'String', ...version, Version: number, ...Selector, ARN: arn}}
}

/**
 * For values of the type String and data type text.
 *
 * @throws AwsError ParameterAlreadyExists, ValidationException, AccessDeniedException, UnsupportedOperation
 */
export async function putParameter(
  input: Partial<PutParameterRequest>,
  call: ParameterCall
): Promise<PutParameterResult> {
  const name = nameIn(input)
  await call.permit(arnOf(name, call))
  const {Value: value = '', Type = 'String', DataType = 'text', Overwrite = false} = input
  if (Type !== 'String' || DataType !== 'text')
    throw notOffered(`parameters of the type ${Type} and data type ${DataType}`)
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError(
      'ValidationException',
      'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).'
    )
  }
  if (call.store.versionsOf(name).length > 0 && !Overwrite) {
    throw new AwsError(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.'
    )
  }
  call.store.add(name, value)
  return {Version: call.store.versionsOf(name).length, Tier: 'Standard'}
}

function nameIn({Name: name = ''}: {readonly Name?: string | undefined}): string {
  if (name !== '') return name
  throw new AwsError(
    'ValidationException',
    "1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1"
  )
}

/** Public parameters belong to no account. */
function arnOf(name: string, {region, accountId}: ParameterCall): string {
  const owner = name.startsWith(publicPrefix) ? '' : accountId
  return `arn:aws:ssm:${region}:${owner}:parameter${name.startsWith('/') ? '' : '/'}${name}`
}
