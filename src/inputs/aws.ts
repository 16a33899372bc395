import type {Role} from '../aws/account.ts'
import {list, matching, optional, wholeNumber, type Parse} from '../lib/parse.ts'
import {InputError, InputErrors, messageOf} from '../lib/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface AwsInputs {
  readonly region: string
  /** Absent: the credentials that the environment gives. */
  readonly role?: Role
  /** Empty: any account. */
  readonly allowedAccountIds: readonly string[]
}

/** The inputs for the region and the identity, with their defaults, as every action.yml here declares them. */
export const awsDefaults = {
  'aws-region': '',
  'role-to-assume': '',
  'role-session-name': 'bake-jenkins-ami',
  'role-duration-seconds': '3600',
  audience: 'sts.amazonaws.com',
  'allowed-account-ids': ''
} as const

/** Reads one input, and collects its problems. */
export type ReadInput<Name extends string> = <T>(name: Name, parse: Parse<T>) => T

/**
 * Reads inputs so that one run is enough to learn of everything that is wrong with them.
 *
 * @param text returns an input's value; empty when it was not given, which means its default
 * @param work is given a reader, and where to put what is wrong with several inputs together; what the reader returns must
 *   not be used before all inputs are read
 * @throws {InputErrors} with every input that cannot be used
 */
export function readAll<Name extends string, T>(
  defaults: Readonly<Record<Name, string>>,
  text: (name: string) => string,
  work: (input: ReadInput<Name>, problems: InputError[]) => T
): T {
  const problems: InputError[] = []
  const result = work((name, parse) => {
    try {
      return parse(text(name) || defaults[name])
    } catch (error) {
      problems.push(new InputError(name, messageOf(error)))
      // A placeholder that is never seen, because the problems are thrown below.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return undefined as never
    }
  }, problems)
  if (problems.length > 0) throw new InputErrors(problems)
  return result
}

/** @param env for AWS_REGION and AWS_DEFAULT_REGION */
export function readAwsInputs(input: ReadInput<keyof typeof awsDefaults>, env: Environment): AwsInputs {
  const arn = input('role-to-assume', optional(roleArn))
  const role = {
    sessionName: input('role-session-name', sessionName),
    durationSeconds: input('role-duration-seconds', wholeNumber(900, 43_200)),
    audience: input(
      'audience',
      matching(/^[\x21-\x7e]{1,256}$/, 'an audience without spaces, such as sts.amazonaws.com')
    )
  }
  return {
    region: input('aws-region', region(env)),
    ...(arn ? {role: {arn, ...role}} : {}),
    allowedAccountIds: input('allowed-account-ids', list(matching(/^\d{12}$/, 'account ids of 12 digits')))
  }
}

function region(env: Environment): Parse<string> {
  return (given) => {
    const value = given || env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || ''
    if (value === '') throw new Error('is missing; give a region such as eu-west-1, or set AWS_REGION')
    return matching(/^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/, 'a region such as eu-west-1')(value)
  }
}

const roleArn = matching(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
  'a role ARN such as arn:aws:iam::123456789012:role/bake-jenkins-ami'
)

const sessionName = matching(/^[\w+=,.@-]{2,64}$/, 'from 2 to 64 letters, digits and + = , . @ _ -')
