import {awsDefaults, readAll, readAwsInputs, type AwsInputs} from './aws.ts'
import {givenText} from './inputs.ts'
import {duration, oneOf, type Parse} from '../lib/parse.ts'
import {messageOf} from '../lib/errors.ts'
import {unknownInputs} from './unknown.ts'

export interface SweepInputs {
  readonly aws: AwsInputs
  /** Bakes that began longer ago than this are removed although they have not expired. Absent: only what has. */
  readonly olderThanMs?: number
  /** Reports the resources that would be removed, and removes nothing. */
  readonly dryRun: boolean
}

/** Every input with its default, as sweep/action.yml declares them. An input passed as an empty string means its default. */
export const sweepDefaults = {
  ...awsDefaults,
  'role-session-name': 'bake-jenkins-ami-sweep',
  'older-than': '0',
  'dry-run': 'false'
} as const

/**
 * @param env for AWS_REGION and AWS_DEFAULT_REGION
 * @param read the text of an input; empty when it was not given
 * @throws {InputErrors} with every input that cannot be used
 */
export function readSweepInputs(
  env: Readonly<Record<string, string | undefined>>,
  read: (name: string) => string = givenText
): SweepInputs {
  return readAll(sweepDefaults, read, (input, problems) => {
    problems.push(...unknownInputs(Object.keys(sweepDefaults), env))
    const olderThanMs = input('older-than', age)
    return {
      aws: readAwsInputs(input, env),
      ...(olderThanMs !== undefined ? {olderThanMs} : {}),
      dryRun: input('dry-run', oneOf('true', 'false')) === 'true'
    }
  })
}

const age: Parse<number | undefined> = (value) => {
  if (value === '0') return undefined
  try {
    return duration(value)
  } catch (error) {
    throw new Error(`${messageOf(error)}, or 0`, {cause: error})
  }
}
