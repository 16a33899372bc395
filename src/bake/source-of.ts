import type {BakedImage} from '../packer/images.ts'
import {ofBuild} from '../plan/machine-types.ts'
import type {Plan} from '../plan/plan.ts'

/** The source image of an image: the one that AWS reports, or else the one that was planned. */
export function sourceOf(
  {source, templateImages}: Pick<Plan, 'source' | 'templateImages'>,
  image: Pick<BakedImage, 'source' | 'sourceImageId'> | undefined
): {readonly id: string; readonly name: string} | undefined {
  const [first] = templateImages.values()
  const planned = source ?? (image ? ofBuild(templateImages, image.source) : first)
  const id = image?.sourceImageId
  if (id === undefined || id === planned?.id) return planned
  return {id, name: ''}
}
