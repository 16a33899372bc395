import type {BakedImage} from '../packer/images.ts'
import {ofBuild} from '../plan/machine-types.ts'
import type {Plan} from '../plan/plan.ts'

/**
 * The source image of an image: the one that AWS reports, or else the one that was planned. Of no image, the first that
 * was planned. An image of an earlier bake says of which builder it is only where that bake made several.
 */
export function sourceOf(
  {source, templateImages}: Pick<Plan, 'source' | 'templateImages'>,
  image: Pick<BakedImage, 'source' | 'sourceImageId'> | undefined
): {readonly id: string; readonly name: string} | undefined {
  const planned = [...(source ? [source] : []), ...templateImages.values()]
  if (image === undefined) return planned[0]
  const id = image.sourceImageId
  if (id === undefined) return image.source === '' ? planned[0] : ofBuild(templateImages, image.source)
  return planned.find((one) => one.id === id) ?? {id, name: ''}
}
