import {duration, matching, optional} from '../lib/parse.ts'
import {InputError} from '../lib/errors.ts'
import {awsDefaults, readAll, readAwsInputs, type AwsInputs} from './aws.ts'
import {givenText} from './inputs.ts'
import {parseKeys} from './keys.ts'
import {promotionInputs, readPromotion, type Promotion} from './promotion.ts'
import {unknownInputs} from './unknown.ts'

export interface PromoteInputs {
  readonly aws: AwsInputs
  /** The image, in the region of `aws`. */
  readonly imageId: string
  readonly promotion: Promotion
  readonly timeoutMs: number
}

/** Every input with its default, as promote/action.yml declares them. An input passed as an empty string means its default. */
export const promoteDefaults = {
  ...awsDefaults,
  'role-session-name': 'bake-jenkins-ami-promote',
  'ami-id': '',
  timeout: '60m',
  'copy-to-regions': '',
  'kms-key-id': '',
  'share-with': '',
  'deprecate-after': '',
  'ssm-parameter': '',
  'launch-template': '',
  'launch-template-default': 'true'
} as const

/**
 * @param env for AWS_REGION and AWS_DEFAULT_REGION
 * @param read the text of an input; empty when it was not given
 * @throws {InputErrors} with every input that cannot be used
 */
export function readPromoteInputs(
  env: Readonly<Record<string, string | undefined>>,
  read: (name: string) => string = givenText
): PromoteInputs {
  return readAll(promoteDefaults, read, (input, problems) => {
    problems.push(...unknownInputs(Object.keys(promoteDefaults), env))
    const aws = readAwsInputs(input, env)
    const keys = input('kms-key-id', optional(parseKeys))
    const asked = {template: undefined, region: aws.region, keys, makesImage: false, smokeTest: true, keepsImages: true}
    const promotion = readPromotion(input, asked, problems)
    if (keys && promotion.copies.length === 0) {
      problems.push(
        new InputError('kms-key-id', "is for the copies that 'copy-to-regions' makes; name regions, or leave it out")
      )
    }
    if (promotionInputs.every((name) => input(name, (value) => value === ''))) {
      problems.push(
        new InputError(
          'ami-id',
          `is all that is given: say what is to be done with the image, by ${promotionInputs.join(', ')}`
        )
      )
    }
    return {
      aws,
      imageId: input(
        'ami-id',
        matching(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of an image, such as ami-0123456789abcdef0')
      ),
      promotion,
      timeoutMs: input('timeout', duration)
    }
  })
}
