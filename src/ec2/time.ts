import type {EC2Client} from '@aws-sdk/client-ec2'

/**
 * What AWS's clock says, to about a second, once the client has had an answer: the SDK keeps the difference, to sign
 * its requests (resolveAwsSdkSigV4Config). A runner's own clock may be wrong, and what has expired is removed for good.
 */
export function awsTime({config}: EC2Client, now: () => number = Date.now): Date {
  return new Date(now() + config.systemClockOffset)
}
