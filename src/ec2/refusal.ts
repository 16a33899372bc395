import {UserError} from '../report/errors.ts'

/** What to change, by AWS's error code (EC2 API reference, error codes). */
const advice: readonly (readonly [RegExp, string])[] = [
  [
    /^(UnauthorizedOperation|AccessDenied\w*)$/,
    "Allow it in the role's policy: iam/permissions.json in this action's repository has all that the action and its template need."
  ],
  [
    /^(VPCIdNotSpecified|DefaultVpcDoesNotExist|MissingInput|InvalidSubnet\w*|DefaultSubnetDoesNotExist)/,
    'The build and the smoke test run in the default VPC of the region: make one (aws ec2 create-default-vpc), or bake in another region.'
  ],
  [
    /^(VcpuLimitExceeded|InstanceLimitExceeded|MaxSpotInstanceCountExceeded)$/,
    "Ask AWS for a higher quota, or give smaller types in 'instance-types'."
  ],
  [/^InsufficientInstanceCapacity$/, "Give more types in 'instance-types': they are tried in turn."],
  [
    /^(Unsupported|InvalidInstanceType)$/,
    "Give another type in 'instance-types'; not every zone of a region has every type."
  ],
  [
    /^(RequestLimitExceeded|Throttling\w*)$/,
    'Others in this account call AWS too often at this time; run the job again later.'
  ],
  [/^(OptInRequired|PendingVerification)$/, 'AWS has to enable this account for EC2 in this region first.'],
  [
    /^(AuthFailure|ExpiredToken\w*|RequestExpired|InvalidClientTokenId)$/,
    'Check role-to-assume, or the credentials in the environment.'
  ]
]

/**
 * An error of AWS as its user's: what was attempted, what AWS said, what to change.
 *
 * @param attempt what was being done, as the beginning of a sentence
 * @returns the error as it is when it is not AWS's
 */
export function explainRefusal(attempt: string, error: unknown): unknown {
  // Service exceptions of the SDK carry `$fault`; their classes' names do not survive a bundler.
  if (!(error instanceof Error) || !('$fault' in error)) return error
  const [, hint = ''] = advice.find(([code]) => code.test(error.name)) ?? []
  return new UserError(`${attempt}: AWS answered ${error.name}: ${error.message}${hint && `\n${hint}`}`, {cause: error})
}
