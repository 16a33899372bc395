import type {EC2Client} from '@aws-sdk/client-ec2'
import {adviceOnFailure, onItsLine} from '../aws/errors/explain.ts'
import {saidOf} from '../aws/errors/said.ts'
import type {Parameter, Parameters} from '../aws/parameters.ts'
import {InputError, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {inertText} from '../lib/untrusted.ts'
import {poll, timeLimit} from '../lib/wait.ts'
import {neverAborted} from '../sweep/keep.ts'
import {again, isImageId, isNewer, type Origin} from './newer.ts'

export interface ParameterContext {
  readonly ec2: EC2Client
  readonly parameters: Parameters
  readonly log: Pick<Log, 'info' | 'warning'>
  readonly region: string
}

export interface Named {
  /** The image that the parameter names now: the given one, or a newer one. */
  readonly now: string
  /** The image that it named before. Absent: there was no parameter, it held no image, or it keeps its value. */
  readonly previous?: string
  /** With `previous`: the parameter's data type, by which it can be changed back. */
  readonly dataType?: string
}

/** Of a parameter that launch templates and Auto Scaling groups can resolve. It cannot be changed later. */
const imageDataType = 'aws:ec2:image'

/** AWS checks a new value within some seconds. */
const checkMs = 60_000

/** How often somebody else may have written in between. */
const mostAttempts = 5

/** How many values of before are looked at. AWS keeps 100. */
const mostVersions = 20

/**
 * Finds out before a bake whether its image can be named in a parameter.
 *
 * @throws {InputError} if the parameter is of another type, or may not be read
 */
export async function checkParameter(
  {parameters, region}: Pick<ParameterContext, 'parameters' | 'region'>,
  name: string,
  signal: AbortSignal
): Promise<void> {
  try {
    usable(name, await parameters.read(name, signal))
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof InputError) throw error
    throw new InputError(
      'ssm-parameter',
      `the parameter ${name} in ${region} cannot be read: ${saidOf(error)}${adviceFor(error)}`
    )
  }
}

/**
 * Names an image in a parameter, and waits until AWS has accepted it. A new parameter has the data type
 * `aws:ec2:image`; one that exists keeps its own. A newer image stays named, also if another bake names it meanwhile,
 * unless a person has chosen this one.
 *
 * @throws {UserError} if AWS does not allow or accept it: the parameter has its value of before
 */
export async function nameInParameter(
  context: ParameterContext,
  {name, imageId, origin}: {readonly name: string; readonly imageId: string; readonly origin: Origin},
  signal: AbortSignal
): Promise<Named> {
  const {parameters, log} = context
  // A newer one that another bake has written at the same time is written again.
  let wanted = imageId
  let dataType = imageDataType
  try {
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const before = usable(name, await parameters.read(name, signal))
      dataType = before?.dataType ?? imageDataType
      if (before?.value === wanted) {
        log.info(`The parameter ${name} names ${wanted} already`)
        return {now: wanted}
      }
      if (
        before &&
        origin !== 'chosen' &&
        (await isNewer(context.ec2, {value: before.value, imageId: wanted}, signal))
      ) {
        log.warning(`The parameter ${name} keeps ${before.value}, because that image is newer than ${wanted}`)
        return {now: before.value}
      }
      if (before && origin === 'reused' && (await hasNamed(parameters, {name, imageId, before}, signal))) {
        log.warning(
          `The parameter ${name} keeps ${inertText(before.value)}: it named ${imageId} before, and was set back. To have another image baked, deprecate ${imageId}`
        )
        return {now: before.value}
      }
      // From here on nothing is cut off: nobody would know what the parameter names.
      signal.throwIfAborted()
      const version = await write(context, {name, imageId: wanted, before})
      if (version === undefined) continue
      const was = before ? `, before: ${inertText(before.value)}` : ''
      log.info(`The parameter ${name} names ${wanted} (version ${version}${was})`)
      const newer =
        origin === 'chosen' ? undefined : await newerBetween(context, {name, imageId: wanted, before, version})
      if (newer === undefined) {
        const isKnown = before !== undefined && wanted === imageId && isImageId(before.value)
        return {now: wanted, ...(isKnown ? {previous: before.value, dataType} : {})}
      }
      wanted = newer
    }
    throw new UserError(`the parameter ${name} kept being changed by others`)
  } catch (error) {
    signal.throwIfAborted()
    throw new UserError(
      `The parameter ${name} could not be changed: ${saidOf(error)}${adviceFor(error)}\n` +
        `${imageId} is kept. Correct it, and then name the image yourself, or run ${again(origin)}:\n` +
        `aws ssm put-parameter --region ${context.region} --name ${name} --value ${imageId} --data-type ${dataType} --overwrite`,
      {cause: error}
    )
  }
}

/** @throws {InputError} if it cannot hold an image's id as it is */
function usable(name: string, parameter: Parameter | undefined): Parameter | undefined {
  if (!parameter || parameter.type === 'String') return parameter
  throw new InputError(
    'ssm-parameter',
    `${name} is a parameter of the type ${inertText(parameter.type)}; expected the type String, best of the data type aws:ec2:image. Name another parameter; one that does not exist is made`
  )
}

/**
 * @returns the number of the version, once AWS has accepted it; undefined if somebody else has made the parameter
 *   meanwhile
 */
async function write(
  {parameters}: ParameterContext,
  {name, imageId, before}: {readonly name: string; readonly imageId: string; readonly before: Parameter | undefined}
): Promise<number | undefined> {
  const written = {value: imageId, dataType: before?.dataType ?? imageDataType, isNew: !before}
  try {
    const version = await parameters.write(name, written, neverAborted)
    const limit = timeLimit(checkMs, [], () => notAccepted(name, imageId))
    const isThere = async (): Promise<true | undefined> =>
      ((await parameters.read(name, limit))?.version ?? 0) >= version || undefined
    await poll(isThere, {signal: limit, slowestMs: 3_000})
    return version
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterAlreadyExists') return undefined
    throw error
  }
}

function notAccepted(name: string, imageId: string): UserError {
  return new UserError(
    `AWS did not accept ${imageId} as the value of ${name} within ${checkMs / 1000} s: the role must be allowed to call ec2:DescribeImages, and the image be available in the parameter's region`
  )
}

/** Whether one of its latest values was the image. */
async function hasNamed(
  parameters: Parameters,
  {name, imageId, before}: {readonly name: string; readonly imageId: string; readonly before: Parameter},
  signal: AbortSignal
): Promise<boolean> {
  for (let version = before.version - 1; version > Math.max(0, before.version - mostVersions); version -= 1) {
    if ((await parameters.read(`${name}:${version}`, signal))?.value === imageId) return true
  }
  return false
}

/** The newer image that another bake has written since, in the version before ours. */
async function newerBetween(
  {ec2, parameters, log}: ParameterContext,
  {name, imageId, before, version}: Written
): Promise<string | undefined> {
  if (version - 1 <= (before?.version ?? 0)) return undefined
  try {
    const between = await parameters.read(`${name}:${version - 1}`, neverAborted)
    return between && (await isNewer(ec2, {value: between.value, imageId}, neverAborted)) ? between.value : undefined
  } catch (error) {
    log.warning(
      `The parameter ${name} names ${imageId}, and it is not known whether another bake has named a newer image just before: ${saidOf(error)}`
    )
    return undefined
  }
}

interface Written {
  readonly name: string
  readonly imageId: string
  readonly before: Parameter | undefined
  readonly version: number
}

function adviceFor(error: unknown): string {
  const policies = 'iam/ssm-parameter-permissions.json has what ssm-parameter needs'
  return onItsLine(adviceOnFailure(error, {policies, otherwise: ''}))
}
