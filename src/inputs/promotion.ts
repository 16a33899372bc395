import {InputError} from '../lib/errors.ts'
import {age, matching, oneOf, optional} from '../lib/parse.ts'
import type {CopyRegion} from '../promotion/copies.ts'
import type {LaunchTemplateWish} from '../promotion/launch-template-wish.ts'
import type {Share} from '../promotion/sharing.ts'
import type {Template} from '../template/template.ts'
import type {ReadInput} from './aws.ts'
import {readCopies} from './copies.ts'
import {keyFor, type Keys} from './keys.ts'
import {parseShares} from './shares.ts'

/** What is done with an image once it is verified. */
export interface Promotion {
  readonly copies: readonly CopyRegion[]
  readonly shares: readonly Share[]
  /** From when on it is deprecated, in milliseconds after the bake. Absent: it is not. */
  readonly deprecateAfterMs?: number
  /** A parameter of Systems Manager that is to name it. */
  readonly parameter?: string
  readonly launchTemplate?: LaunchTemplateWish
}

interface PromotionContext {
  readonly template: Pick<Template, 'names' | 'shipped'> | undefined
  /** The bake's region. */
  readonly region: string
  readonly keys: Keys | undefined
  /** Whether the image itself is made, and not only its copies. */
  readonly makesImage: boolean
  readonly smokeTest: boolean
  /** Whether a verified image stays. */
  readonly keepsImages: boolean
}

/** In characters (Systems Manager user guide, "About requirements and constraints for parameter names"). */
const longest = 1011

/** Of Systems Manager. */
export const parameterName = matching(
  new RegExp(String.raw`^(?!\/?(?:aws|ssm))(?=.{1,${longest}}$)(?:[\w.-]+|(?:\/[\w.-]+){1,15})$`, 'i'),
  'the name of a parameter, such as /jenkins/ami'
)

/** The inputs that are about a verified image that stays. */
export const promotionInputs = [
  'copy-to-regions',
  'share-with',
  'deprecate-after',
  'ssm-parameter',
  'launch-template'
] as const

const launchTemplateName = matching(
  /^(?:lt-(?:[0-9a-f]{8}|[0-9a-f]{17})|[\w().\-/]{3,128})$/,
  'the id or the name of a launch template, such as lt-0123456789abcdef0 or jenkins'
)

export function readPromotion(
  input: ReadInput<(typeof promotionInputs)[number] | 'launch-template-default'>,
  {template, region, keys, makesImage, smokeTest, keepsImages}: PromotionContext,
  problems: InputError[]
): Promotion {
  const copies = readCopies(input, {home: region, keys, makesImage}, problems)
  const shares = input('share-with', parseShares) ?? []
  const deprecateAfterMs = input('deprecate-after', optional(age))
  const parameter = input('ssm-parameter', optional(parameterName))
  const ofMachines = input('launch-template', optional(launchTemplateName))
  const becomesDefault = input('launch-template-default', oneOf('true', 'false')) === 'true'
  if (!becomesDefault && ofMachines === undefined) {
    problems.push(
      new InputError(
        'launch-template-default',
        "is about the version that 'launch-template' gets, and that input is missing"
      )
    )
  }
  for (const name of promotionInputs.filter((one) => input(one, (value) => value !== ''))) {
    if (!smokeTest) {
      problems.push(new InputError(name, "is for verified images only, and without 'smoke-test' none is ever verified"))
    }
    if (!keepsImages) {
      problems.push(new InputError(name, "is for an image that stays, and with 'deregister: always' none does"))
    }
  }
  const managed = [keys?.only, ...(keys?.byRegion.values() ?? [])].find((key) => key?.startsWith('alias/aws/'))
  if (shares.length > 0 && managed !== undefined) {
    problems.push(
      new InputError(
        'kms-key-id',
        `has AWS's own key ${managed}, which no other account can use; with 'share-with' give a key of yours whose policy lets these accounts use it`
      )
    )
  }
  const unshareable = [region, ...copies.map((one) => one.region)].filter((one) => keyFor(one, keys) === undefined)
  if (shares.length > 0 && template?.shipped && unshareable.length > 0) {
    problems.push(
      new InputError(
        'share-with',
        `needs a key that other accounts may use in ${unshareable.join(', ')}: images are encrypted, and AWS shares none that its default key encrypts. Set 'kms-key-id' to a key of yours whose policy lets these accounts use it`
      )
    )
  }
  const images = template?.names.images ?? 1
  const followed = [parameter && 'ssm-parameter', ofMachines && 'launch-template'].filter((one) => one !== undefined)
  for (const name of images > 1 ? followed : []) {
    problems.push(
      new InputError(
        name,
        `names one image, and the template makes ${images}; choose one of them with 'packer-args' (-only=…), or name them yourself by the output 'amis'`
      )
    )
  }
  return {
    copies,
    shares,
    ...(deprecateAfterMs === undefined ? {} : {deprecateAfterMs}),
    ...(parameter === undefined ? {} : {parameter}),
    ...(ofMachines === undefined ? {} : {launchTemplate: {template: ofMachines, becomesDefault}})
  }
}
