import {InputError} from '../lib/errors.ts'
import {list, matching} from '../lib/parse.ts'
import type {CopyRegion} from '../promotion/copies.ts'
import {regionName} from '../template/aws-names.ts'
import type {ReadInput} from './aws.ts'
import {isEverywhere, keyFor, regionOf, type Keys} from './keys.ts'

/**
 * Where verified images are copied to, each with its key.
 *
 * @param home the region of the image itself
 * @param makesImage whether that is made, too, with its key
 */
export function readCopies(
  input: ReadInput<'copy-to-regions'>,
  {home, keys, makesImage}: {readonly home: string; readonly keys: Keys | undefined; readonly makesImage: boolean},
  problems: InputError[]
): readonly CopyRegion[] {
  const given = input('copy-to-regions', list(matching(regionName, 'regions such as eu-central-1'))) ?? []
  const regions = [...new Set(given)]
  if (regions.includes(home)) {
    problems.push(new InputError('copy-to-regions', `has ${home}, where the image is baked; name other regions`))
  }
  const encrypted = makesImage ? [home, ...regions] : regions
  const withoutImage = [...(keys?.byRegion.keys() ?? [])].filter((one) => !encrypted.includes(one))
  if (withoutImage.length > 0) {
    problems.push(
      new InputError(
        'kms-key-id',
        `has a key for ${withoutImage.join(', ')}, where no image is made; name the region in 'copy-to-regions', or leave the line out`
      )
    )
  }
  const {only} = keys ?? {}
  if (only !== undefined && !isEverywhere(only)) problems.push(...keyOfOneRegion(only, encrypted))
  return regions.map((region) => {
    const kmsKeyId = keyFor(region, keys)
    return kmsKeyId === undefined ? {region} : {region, kmsKeyId}
  })
}

function keyOfOneRegion(key: string, encrypted: readonly string[]): InputError[] {
  const [first = '', ...others] = encrypted
  const own = regionOf(key) ?? first
  if (others.length > 0) {
    return [
      new InputError(
        'kms-key-id',
        `is a key of one region, and an image is made in each of ${encrypted.join(', ')}; give a line for each region, such as ${others[0]}=alias/images, or an alias that all of them have`
      )
    ]
  }
  if (own === first || encrypted.length === 0) return []
  return [
    new InputError('kms-key-id', `is a key of ${own}, and the image is made in ${first}; give a key of that region`)
  ]
}
