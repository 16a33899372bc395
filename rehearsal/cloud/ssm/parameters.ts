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

const imageType = 'aws:ec2:image'

const publicPrefix = '/aws/service/'

/** When the distributions' publishers changed their parameters last. */
const published = new Date('2026-11-10T06:20:12.345Z')

/** AWS checks a value of the data type `aws:ec2:image` after its answer. In milliseconds. */
const checkMs = 1_500

/** The parameters of one region. */
export class ParameterStore {
  readonly #cloud: Ec2Cloud
  readonly #now: () => Date
  readonly #own = new Map<string, readonly (Version & {readonly visibleFrom: Date})[]>()

  constructor(cloud: Ec2Cloud, now: () => Date) {
    this.#cloud = cloud
    this.#now = now
  }

  /** Oldest first; empty for a parameter that there is not. */
  versionsOf(name: string): readonly Version[] {
    const own = this.#own.get(name)?.filter(({visibleFrom}) => visibleFrom <= this.#now())
    if (own && own.length > 0) return own
    const Value = imageParameters(this.#cloud).get(name)
    if (Value === undefined) return []
    const DataType = name.includes('/canonical/') ? imageType : 'text'
    return [{Value, DataType, LastModifiedDate: published}]
  }

  /**
   * A value that should be an image and is none in this region is dropped without a word, as AWS does.
   *
   * @returns the number of the version
   */
  add(name: string, Value: string, DataType: string): number {
    const all = this.#own.get(name) ?? []
    const now = this.#now()
    const visibleFrom = DataType === 'text' ? now : new Date(now.getTime() + checkMs)
    const isDropped = DataType !== 'text' && this.#cloud.images.get(Value)?.state !== 'available'
    if (!isDropped) this.#own.set(name, [...all, {Value, DataType, LastModifiedDate: now, visibleFrom}])
    return all.length + 1
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
 * For values of the type String.
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
  if (Type !== 'String' || !['text', imageType].includes(DataType))
    throw notOffered(`parameters of the type ${Type} and data type ${DataType}`)
  if (DataType === imageType && !/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(value))
    throw new AwsError('ValidationException', `The value ${value} is no id of an image.`)
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
  // It cannot be changed (hashicorp/terraform-provider-aws#35959).
  const [first] = call.store.versionsOf(name)
  if (first && first.DataType !== DataType)
    throw new AwsError('ValidationException', `The data type of ${name} cannot be changed.`)
  return {Version: call.store.add(name, value, DataType), Tier: 'Standard'}
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
