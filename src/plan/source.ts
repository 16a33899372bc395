import {type EC2Client, type Image, DescribeImagesCommand, paginateDescribeImages} from '@aws-sdk/client-ec2'
import {denialAdvice, denialIn} from '../aws/errors/denial.ts'
import {allPages, pageSize} from '../aws/calls.ts'
import {InputError, messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {fits} from '../lib/pattern.ts'
import {distributions, type Architecture, type Distribution, type PackageKind} from '../inputs/distributions.ts'
import type {ReadParameter} from '../aws/account.ts'

export interface SourceImage {
  readonly id: string
  readonly name: string
  readonly rootDeviceName: string
  readonly architecture: Architecture
  /** The login user. Absent: the image is not a distribution's own, so that its user is not known. */
  readonly loginUser?: string
  /** The kind of packages that its package manager installs, known in the same way. */
  readonly packages?: PackageKind
}

export interface SourceContext {
  readonly ec2: EC2Client
  readonly log: Pick<Log, 'warning'>
  /** The time against which an image's deprecation is compared. */
  readonly now: () => Date
  /** The value of an SSM parameter. Rejects when there is none, or it may not be read. */
  readonly readParameter: ReadParameter
}

export interface SourceRequest {
  /** A distribution, an image id, or `resolve:ssm:` with the name of a parameter. */
  readonly source: string
  /** Absent: the image's own; of a distribution, the next. */
  readonly architecture?: Architecture
  /** Of a distribution, the architecture of the machine that the template names. Absent: x86_64. */
  readonly machine?: Architecture
  readonly region: string
  /** Of the root volume that the build will have, in GiB. Absent: the image's own. */
  readonly volumeSize?: number
}

const parameterPrefix = 'resolve:ssm:'

/**
 * The image that the bake starts from: the newest of a distribution, one by its id, or the one that a parameter names.
 *
 * @throws {InputError} when there is no such image in this region, or it cannot be baked from
 */
export async function resolveSource(
  context: SourceContext,
  request: SourceRequest,
  signal: AbortSignal
): Promise<SourceImage> {
  const {source, region} = request
  const distribution = distributions[source]
  const image = distribution
    ? await newestOf(distribution, context, request, signal)
    : await imageById(await imageIdOf(source, context, region, signal), context, region, signal)
  warnOf(image, context)
  return usable(image, request)
}

/** @throws {InputError} when it offers none in this region */
async function newestOf(
  {owner, names}: Distribution,
  {ec2}: SourceContext,
  {source, architecture, machine, region}: SourceRequest,
  signal: AbortSignal
): Promise<Image> {
  const pattern = names[architecture ?? machine ?? 'x86_64']
  const query = {
    Owners: [owner],
    Filters: [
      {Name: 'name', Values: [pattern]},
      {Name: 'state', Values: ['available']}
    ]
  }
  const pages = await allPages(paginateDescribeImages({client: ec2, pageSize}, query, {abortSignal: signal}))
  const newest = pages
    .flatMap(({Images = []}) => Images)
    // An answer may have more than was asked for.
    .filter((one) => one.OwnerId === owner && one.State === 'available' && fits(pattern, one.Name ?? ''))
    .reduce<Image | undefined>(newer, undefined)
  if (newest) return newest
  throw new InputError(
    'source-ami',
    `no image '${source}' can be seen in ${region}; its publisher offers none there under the usual account and name, or ${allowedImages}. Give an image id`
  )
}

/**
 * Requested by its id and not by a filter: AWS leaves deprecated images out of searches, such as Amazon Linux's images
 * 90 days after their release (EC2 user guide, "Deprecate an Amazon EC2 AMI").
 *
 * @throws {InputError} when there is no such image for this account
 */
async function imageById(id: string, {ec2}: SourceContext, region: string, signal: AbortSignal): Promise<Image> {
  const unseen = (said: string): InputError =>
    new InputError(
      'source-ami',
      `no image '${id}' can be seen in ${region}${said}; image ids differ from region to region, the image must be shared with this account and not be deregistered, or ${allowedImages}`
    )
  try {
    const query = new DescribeImagesCommand({ImageIds: [id]})
    const {Images = []} = await ec2.send(query, {abortSignal: signal})
    const image = Images.find(({ImageId}) => ImageId === id)
    if (image) return image
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof Error && error.name.startsWith('InvalidAMIID.'))) throw error
    throw unseen(` (${error.name}: ${error.message})`)
  }
  throw unseen('')
}

/** "Control the discovery and use of AMIs in Amazon EC2 with Allowed AMIs" (EC2 user guide). */
const allowedImages =
  'the setting "Allowed AMIs" of the account or its organization hides it (aws ec2 get-allowed-images-settings)'

function warnOf({ImageId: id, DeprecationTime: deprecated, ImageAllowed: allowed}: Image, {log, now}: SourceContext) {
  if (deprecated !== undefined && Date.parse(deprecated) <= now().getTime()) {
    log.warning(
      `The source image ${id} has been deprecated by its publisher since ${deprecated.slice(0, 10)}: it still launches, but gets no updates and may be removed. Use a newer one ('source-ami').`
    )
  }
  // The setting is in audit mode: with `enabled` the image would not be visible at all.
  if (allowed === false) {
    log.warning(
      `The source image ${id} does not meet the setting "Allowed AMIs" of this account, which is in audit mode: once it is enabled, this bake fails.`
    )
  }
}

async function imageIdOf(source: string, {readParameter}: SourceContext, region: string, signal: AbortSignal) {
  if (!source.startsWith(parameterPrefix)) return source
  return imageIdIn(source.slice(parameterPrefix.length), readParameter, region, signal)
}

/** @throws {InputError} for an image that cannot be baked from, or not with that volume */
function usable(image: Image, {architecture: wanted, volumeSize}: SourceRequest): SourceImage {
  const {ImageId: id = '', RootDeviceName: rootDeviceName} = image
  if (image.RootDeviceType !== 'ebs' || !rootDeviceName) {
    throw new InputError('source-ami', `${id} has no EBS root volume, which a bake needs`)
  }
  const {Architecture: architecture} = image
  if (architecture !== 'x86_64' && architecture !== 'arm64') {
    throw new InputError('source-ami', `${id} is for ${architecture}; expected an image for x86_64 or arm64`)
  }
  if (wanted !== undefined && architecture !== wanted) {
    throw new InputError(
      'source-ami',
      `${id} is for ${architecture}, but 'architecture' is ${wanted}; change one of them`
    )
  }
  const root = image.BlockDeviceMappings?.find(({DeviceName}) => DeviceName === rootDeviceName)
  const least = root?.Ebs?.VolumeSize
  if (volumeSize !== undefined && least !== undefined && volumeSize < least) {
    throw new InputError(
      'volume-size',
      `${volumeSize} GiB is smaller than the root volume of the source image ${id}, which has ${least} GiB; give at least ${least}, or leave it out`
    )
  }
  return {id, name: image.Name ?? '', rootDeviceName, architecture, ...publisherOf(image.OwnerId)}
}

/** What is known of a distribution's own images by the account that publishes them; nothing of another account's. */
export function publisherOf(account: string | undefined): Partial<Pick<Distribution, 'loginUser' | 'packages'>> {
  const publisher = Object.values(distributions).find(({owner}) => owner === account)
  return publisher ? {loginUser: publisher.loginUser, packages: publisher.packages} : {}
}

/**
 * The kind of packages of an image with this login user. A user's own image is not a distribution's, but has the login
 * user of the distribution that it was made from.
 *
 * @returns undefined where nothing tells
 */
export function packagesFor(loginUser: string | undefined): PackageKind | undefined {
  return Object.values(distributions).find((one) => one.loginUser === loginUser)?.packages
}

async function imageIdIn(parameter: string, read: ReadParameter, region: string, signal: AbortSignal): Promise<string> {
  const value = await read(parameter, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    const code = error instanceof Error ? error.name : ''
    // AWS's error has only this code, and no message.
    if (code === 'ParameterNotFound') {
      throw new InputError(
        'source-ami',
        `there is no parameter ${parameter} in ${region}; correct its name or 'aws-region': every region has parameters of its own`
      )
    }
    const said = `${code}: ${messageOf(error)}`
    const denial = denialIn(said)
    const advice = denial ? `\n${denialAdvice([denial], {policies: 'this action needs it for parameters alone'})}` : ''
    throw new InputError('source-ami', `the parameter ${parameter} in ${region} cannot be read: ${said}${advice}`)
  })
  if (!/^ami-[0-9a-f]{8,17}$/.test(value)) {
    throw new InputError('source-ami', `the parameter ${parameter} in ${region} does not hold an image id`)
  }
  return value
}

function newer(best: Image | undefined, candidate: Image): Image {
  return best && (best.CreationDate ?? '') >= (candidate.CreationDate ?? '') ? best : candidate
}
