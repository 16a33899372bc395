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

/**
 * Whether a value is the id of an image that was made after the other one. AWS tells the second: of two of the same second, the one
 * whose id is higher counts as newer, so that every bake chooses the same one.
 */
export async function isNewer(
  ec2: EC2Client,
  {value, imageId}: {readonly value: string; readonly imageId: string},
  abortSignal: AbortSignal
): Promise<boolean> {
  if (!isImageId(value)) return false
  const Filters = [{Name: 'image-id', Values: [value, imageId]}]
  const {Images = []} = await ec2.send(new DescribeImagesCommand({Filters}), {abortSignal})
  const find = (id: string): Image | undefined => Images.find(({ImageId}) => ImageId === id)
  return byAge(find(value), find(imageId)) > 0
}

/** Orders images by the moment when they were made, the oldest first; one that is not known comes before all others. */
function byAge(one: Image = {}, other: Image = {}): number {
  const orderOf = ({CreationDate, ImageId}: Image): string => (CreationDate ? `${CreationDate} ${ImageId}` : '')
  return orderOf(one) === orderOf(other) ? 0 : orderOf(one) < orderOf(other) ? -1 : 1
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
  return Images.filter((image) => wanted.includes(image.ImageId ?? '') && isGivenOut(image))
    .toSorted(byAge)
    .at(-1)?.ImageId
}

export const isImageId = (value: string): boolean => /^ami-[0-9a-f]{8,17}$/.test(value)
