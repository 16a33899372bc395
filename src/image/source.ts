import {type EC2Client, type Image, DescribeImagesCommand} from '@aws-sdk/client-ec2'
import {denialIn, otherPolicies, type Denial} from '../ec2/denial.ts'
import {InputError, messageOf} from '../report/errors.ts'
import type {ReadParameter} from './parameter.ts'

export type Architecture = 'x86_64' | 'arm64'

export interface SourceImage {
  readonly id: string
  readonly name: string
  readonly rootDeviceName: string
  /** Absent: the image is not a distribution's own, and does not say whom it lets in. */
  readonly loginUser?: string
}

export interface SourceContext {
  readonly ec2: EC2Client
  /** The value of an SSM parameter. Rejects when there is none, or it may not be read. */
  readonly readParameter: ReadParameter
}

export interface SourceRequest {
  /** A distribution, an image id, or `resolve:ssm:` with the name of a parameter. */
  readonly source: string
  readonly architecture: Architecture
  readonly region: string
}

interface Distribution {
  /** The account that publishes it, so that nobody else's image of the same name is taken. */
  readonly owner: string
  /** How its images are called. */
  readonly names: Readonly<Record<Architecture, string>>
  readonly loginUser: string
}

/** The distributions that the shipped template knows, as they are published in AWS's commercial regions. */
const distributions: Readonly<Record<string, Distribution>> = {
  // Amazon Linux 2023 user guide, "Naming and versioning". The kernel's line is named, or images would change it unasked.
  al2023: {
    owner: '137112412989',
    names: {x86_64: 'al2023-ami-2023.*-kernel-6.1-x86_64', arm64: 'al2023-ami-2023.*-kernel-6.1-arm64'},
    loginUser: 'ec2-user'
  },
  // Ubuntu on AWS, "Find Ubuntu images on AWS".
  'ubuntu-24.04': {
    owner: '099720109477',
    names: {
      x86_64: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*',
      arm64: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-*'
    },
    loginUser: 'ubuntu'
  },
  // wiki.debian.org/Cloud/AmazonEC2Image
  'debian-13': {
    owner: '136693071363',
    names: {x86_64: 'debian-13-amd64-*', arm64: 'debian-13-arm64-*'},
    loginUser: 'admin'
  }
}

export const sourceNames: readonly string[] = Object.keys(distributions)

const parameterPrefix = 'resolve:ssm:'

/**
 * The image that the bake starts from: the newest of a distribution, one by its id, or the one that a parameter names.
 *
 * @throws {InputError} when there is no such image in this region, or it cannot be baked from
 */
export async function resolveSource(
  {ec2, readParameter}: SourceContext,
  {source, architecture, region}: SourceRequest,
  signal: AbortSignal
): Promise<SourceImage> {
  const distribution = distributions[source]
  const wanted = source.startsWith(parameterPrefix)
    ? await imageIdIn(source.slice(parameterPrefix.length), readParameter, region, signal)
    : source
  const query = distribution
    ? {
        Owners: [distribution.owner],
        Filters: [
          {Name: 'name', Values: [distribution.names[architecture]]},
          {Name: 'state', Values: ['available']}
        ]
      }
    : {Filters: [{Name: 'image-id', Values: [wanted]}]}
  const {Images = []} = await ec2.send(new DescribeImagesCommand(query), {abortSignal: signal})
  const newest = Images.reduce<Image | undefined>(newer, undefined)
  if (!newest?.ImageId) {
    const advice = distribution
      ? 'its publisher offers none there under the usual account and name; give an image id'
      : 'image ids differ from region to region, and the image must be shared with this account'
    throw new InputError('source-ami', `no image '${wanted}' can be seen in ${region}; ${advice}`)
  }
  return usable(newest, newest.ImageId, architecture)
}

/** @throws {InputError} for an image that cannot be baked from */
function usable(image: Image, id: string, architecture: Architecture): SourceImage {
  if (image.RootDeviceType !== 'ebs' || !image.RootDeviceName) {
    throw new InputError('source-ami', `${id} has no EBS root volume, which a bake needs`)
  }
  if (image.Architecture !== architecture) {
    throw new InputError(
      'source-ami',
      `${id} is for ${image.Architecture}, and 'architecture' is ${architecture}; change one of them`
    )
  }
  const loginUser = Object.values(distributions).find(({owner}) => owner === image.OwnerId)?.loginUser
  return {id, name: image.Name ?? '', rootDeviceName: image.RootDeviceName, ...(loginUser ? {loginUser} : {})}
}

async function imageIdIn(parameter: string, read: ReadParameter, region: string, signal: AbortSignal): Promise<string> {
  const value = await read(parameter, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    const code = error instanceof Error ? error.name : ''
    // AWS says nothing beside this code.
    if (code === 'ParameterNotFound') {
      throw new InputError(
        'source-ami',
        `there is no parameter ${parameter} in ${region}; correct its name or 'aws-region': every region has parameters of its own`
      )
    }
    const said = `${code}: ${messageOf(error)}`
    throw new InputError(
      'source-ami',
      `the parameter ${parameter} in ${region} cannot be read: ${said}${adviceFor(denialIn(said))}`
    )
  })
  if (!/^ami-[0-9a-f]{8,17}$/.test(value)) {
    throw new InputError('source-ami', `the parameter ${parameter} in ${region} does not hold an image id`)
  }
  return value
}

function adviceFor(denial: Denial | undefined): string {
  if (!denial) return ''
  const {action, resource = '*', by} = denial
  if (by !== 'role') return `\n${otherPolicies[by]}`
  return `\nThe statement that is missing:\n${JSON.stringify({Effect: 'Allow', Action: action, Resource: resource})}`
}

function newer(best: Image | undefined, candidate: Image): Image {
  return best && (best.CreationDate ?? '') >= (candidate.CreationDate ?? '') ? best : candidate
}
