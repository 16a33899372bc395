import {InputError} from '../lib/errors.ts'
import {matching, optional} from '../lib/parse.ts'
import type {Template} from '../template/template.ts'
import type {ReadInput} from './aws.ts'
import type {InputName} from './defaults.ts'

/** What is done with an image once it is verified. */
export interface Promotion {
  /** A parameter of Systems Manager that is to name it. */
  readonly parameter: string
}

interface PromotionContext {
  readonly template: Pick<Template, 'names'> | undefined
  readonly smokeTest: boolean
  /** Whether a verified image stays. */
  readonly keepsImages: boolean
}

/** In characters (Systems Manager user guide, "About requirements and constraints for parameter names"). */
const longest = 1011

const parameterName = matching(
  new RegExp(String.raw`^(?!\/?(?:aws|ssm))(?=.{1,${longest}}$)(?:[\w.-]+|(?:\/[\w.-]+){1,15})$`, 'i'),
  'the name of a parameter, such as /jenkins/ami'
)

/** @returns undefined if nothing is to be done with it */
export function readPromotion(
  input: ReadInput<InputName>,
  {template, smokeTest, keepsImages}: PromotionContext,
  problems: InputError[]
): Promotion | undefined {
  const parameter = input('ssm-parameter', optional(parameterName))
  if (parameter === undefined) return undefined
  if (!smokeTest) {
    problems.push(
      new InputError('ssm-parameter', "names verified images only, and without 'smoke-test' none is ever verified")
    )
  }
  if (!keepsImages) {
    problems.push(new InputError('ssm-parameter', "names an image that stays, and with 'deregister: always' none does"))
  }
  const images = template?.names.images ?? 1
  if (images > 1) {
    problems.push(
      new InputError(
        'ssm-parameter',
        `names one image, and the template makes ${images}; choose one of them with 'packer-args' (-only=…), or name them yourself by the output 'amis'`
      )
    )
  }
  return {parameter}
}
