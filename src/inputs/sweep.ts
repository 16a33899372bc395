import {awsDefaults, readAll, readAwsInputs, type AwsInputs, type ReadInput} from './aws.ts'
import {givenText} from './inputs.ts'
import {age, duration, list, oneOf, optional, wholeNumber, type Parse} from '../lib/parse.ts'
import {InputError, messageOf} from '../lib/errors.ts'
import {retirements, type Retirement, type RetirementRule} from '../retire/choose.ts'
import {parameterName} from './promotion.ts'
import {unknownInputs} from './unknown.ts'

export interface SweepInputs {
  readonly aws: AwsInputs
  /** Bakes that began longer ago than this are removed although they have not expired. Absent: only what has. */
  readonly olderThanMs?: number
  /** Absent: verified images stay. */
  readonly retirement?: RetirementInputs
  /** Reports the resources that would be removed, and removes nothing. */
  readonly dryRun: boolean
}

export interface RetirementInputs {
  readonly rule: RetirementRule
  readonly by: Retirement
  /** Parameters of Systems Manager whose images stay. */
  readonly parameters: readonly string[]
}

/** Every input with its default, as sweep/action.yml declares them. An input passed as an empty string means its default. */
export const sweepDefaults = {
  ...awsDefaults,
  'role-session-name': 'bake-jenkins-ami-sweep',
  'older-than': '0',
  'keep-last': '',
  'retire-older-than': '',
  'unused-for': '7d',
  'ssm-parameters': '',
  'retire-shared': 'false',
  retire: 'deregister',
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
    const olderThanMs = input('older-than', leastAge)
    return {
      aws: readAwsInputs(input, env),
      ...(olderThanMs !== undefined ? {olderThanMs} : {}),
      ...readRetirement(input, problems),
      dryRun: input('dry-run', oneOf('true', 'false')) === 'true'
    }
  })
}

/** The inputs that mean nothing if no image retires. */
const ofRetirement = ['unused-for', 'ssm-parameters', 'retire-shared', 'retire'] as const

/** Images retire only if the inputs say which ones. */
function readRetirement(
  input: ReadInput<keyof typeof sweepDefaults>,
  problems: InputError[]
): Pick<SweepInputs, 'retirement'> {
  const keepLast = input('keep-last', optional(wholeNumber(1, 10_000)))
  const olderThanMs = input('retire-older-than', optional(age))
  const unusedForMs = input('unused-for', age)
  const parameters = input('ssm-parameters', list(parameterName))
  const sharedToo = input('retire-shared', oneOf('true', 'false')) === 'true'
  const by = input('retire', oneOf(...retirements))
  if (keepLast === undefined && olderThanMs === undefined) {
    const others = ofRetirement.filter((name) => input(name, (value) => value !== sweepDefaults[name]))
    problems.push(
      ...others.map(
        (name) =>
          new InputError(
            name,
            "is about verified images that retire, and without 'keep-last' and 'retire-older-than' none does; give one of the two, or leave this input out"
          )
      )
    )
    return {}
  }
  const rule = {keepLast: keepLast ?? 1, unusedForMs, sharedToo, ...(olderThanMs === undefined ? {} : {olderThanMs})}
  return {retirement: {rule, by, parameters}}
}

const leastAge: Parse<number | undefined> = (value) => {
  if (value === '0') return undefined
  try {
    return duration(value)
  } catch (error) {
    throw new Error(`${messageOf(error)}, or 0`, {cause: error})
  }
}
