import {InputError} from '../lib/errors.ts'
import {age, oneOf, optional} from '../lib/parse.ts'
import type {ReadInput} from './aws.ts'
import type {InputName} from './defaults.ts'

/** When a verified image of an earlier bake is used again. */
export interface Reuse {
  /** Of that image. Absent: it may have any age. */
  readonly maxAgeMs?: number
}

interface ReuseContext {
  /** Of this step. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly smokeTest: boolean
  /** Whether a verified image stays. */
  readonly keepsImages: boolean
}

/**
 * @returns undefined if an image is to be baked even if nothing has changed
 */
export function readReuse(
  input: ReadInput<InputName>,
  {env, smokeTest, keepsImages}: ReuseContext,
  problems: InputError[]
): Reuse | undefined {
  const isAsked = input('skip-unchanged', oneOf('true', 'false')) === 'true'
  const maxAgeMs = input('max-image-age', optional(age))
  if (!isAsked) {
    if (maxAgeMs !== undefined) {
      problems.push(new InputError('max-image-age', "is used with 'skip-unchanged: true' only"))
    }
    return undefined
  }
  if (!smokeTest) {
    problems.push(
      new InputError('skip-unchanged', "uses verified images again, and without 'smoke-test' none is ever verified")
    )
  }
  if (!keepsImages) {
    problems.push(
      new InputError('skip-unchanged', "uses images of earlier bakes again, and with 'deregister: always' none is kept")
    )
  }
  if (!env['GITHUB_REPOSITORY']) {
    problems.push(
      new InputError(
        'skip-unchanged',
        'compares with the last image of this repository, and GITHUB_REPOSITORY is not set'
      )
    )
  }
  return maxAgeMs === undefined ? {} : {maxAgeMs}
}
