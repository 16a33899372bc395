import {type EC2Client, type Image, DescribeImagesCommand} from '@aws-sdk/client-ec2'
import {InputError} from '../report/errors.ts'

export interface SourceImage {
  readonly id: string
  readonly name: string
  readonly rootDeviceName: string
}

/** Debian's own account, and how it names its images for EC2 (wiki.debian.org/Cloud/AmazonEC2Image). */
const debian = {owner: '136693071363', name: 'debian-13-amd64-*'}

/**
 * The image that the bake starts from: the newest of a distribution, or one by its id.
 *
 * @param source `debian-13` or an image id
 * @throws {InputError} when there is no such image in this region, or it cannot be baked from
 */
export async function resolveSource(
  ec2: EC2Client,
  source: string,
  region: string,
  signal: AbortSignal
): Promise<SourceImage> {
  const query = source.startsWith('ami-')
    ? {Filters: [{Name: 'image-id', Values: [source]}]}
    : {
        Owners: [debian.owner],
        Filters: [
          {Name: 'name', Values: [debian.name]},
          {Name: 'state', Values: ['available']}
        ]
      }
  const {Images = []} = await ec2.send(new DescribeImagesCommand(query), {abortSignal: signal})
  const newest = Images.reduce<Image | undefined>(newer, undefined)
  if (!newest?.ImageId) {
    throw new InputError(
      'source-ami',
      `no image '${source}' can be seen in ${region}; image ids differ from region to region, and the image must be shared with this account`
    )
  }
  if (newest.RootDeviceType !== 'ebs' || !newest.RootDeviceName) {
    throw new InputError('source-ami', `${newest.ImageId} has no EBS root volume, which a bake needs`)
  }
  if (newest.Architecture !== 'x86_64') {
    throw new InputError('source-ami', `${newest.ImageId} is for ${newest.Architecture}; only x86_64 can be baked`)
  }
  return {id: newest.ImageId, name: newest.Name ?? '', rootDeviceName: newest.RootDeviceName}
}

function newer(best: Image | undefined, candidate: Image): Image {
  return best && (best.CreationDate ?? '') >= (candidate.CreationDate ?? '') ? best : candidate
}
