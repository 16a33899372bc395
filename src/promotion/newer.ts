import {DescribeImagesCommand, type EC2Client, type Image} from '@aws-sdk/client-ec2'
import {tagsOf} from '../aws/resources.ts'
import {tagKeys} from '../aws/tags.ts'

/**
 * How the image that is to be launched came about. One that was made just now gives way to a newer one. One of an
 * earlier bake, which is used again, gives way also where it was launched before: somebody went back. One that a person
 * has chosen gives way to none.
 */
export type Origin = 'made' | 'reused' | 'chosen'

/** What to run again for an image that could not be given to somebody, as the end of "or run …". */
export const again = (origin: Origin): string =>
  origin === 'chosen' ? 'this action again' : "the job again with 'skip-unchanged: true'"

/** Whether a value is the id of an image that was made after the other one. */
export async function isNewer(
  ec2: EC2Client,
  {value, imageId}: {readonly value: string; readonly imageId: string},
  abortSignal: AbortSignal
): Promise<boolean> {
  if (!isImageId(value)) return false
  const Filters = [{Name: 'image-id', Values: [value, imageId]}]
  const {Images = []} = await ec2.send(new DescribeImagesCommand({Filters}), {abortSignal})
  const madeAt = (id: string): number => Date.parse(Images.find(({ImageId}) => ImageId === id)?.CreationDate ?? '') || 0
  return madeAt(value) > madeAt(imageId)
}

/**
 * The newest of some images, among those of this account that a bake has verified and released, and that can be launched.
 *
 * @returns undefined if there is none
 */
export async function newestGivenOut(ec2: EC2Client, imageIds: readonly string[]): Promise<string | undefined> {
  const wanted = [...new Set(imageIds)].filter(isImageId)
  if (wanted.length === 0) return undefined
  const Filters = [{Name: 'image-id', Values: wanted}]
  const {Images = []} = await ec2.send(new DescribeImagesCommand({Filters, Owners: ['self']}))
  const isGivenOut = ({State, Tags}: Image): boolean => {
    const tags = tagsOf(Tags)
    return State === 'available' && tags[tagKeys.verified] !== undefined && tags[tagKeys.expires] === undefined
  }
  // Of two of the same moment every bake must choose the same one.
  const orderOf = ({CreationDate = '', ImageId = ''}: Image): string => `${CreationDate} ${ImageId}`
  return Images.filter((image) => wanted.includes(image.ImageId ?? '') && isGivenOut(image))
    .toSorted((one, other) => (orderOf(one) < orderOf(other) ? 1 : -1))
    .map(({ImageId}) => ImageId)[0]
}

export const isImageId = (value: string): boolean => /^ami-[0-9a-f]{8,17}$/.test(value)
