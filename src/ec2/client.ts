import {EC2Client} from '@aws-sdk/client-ec2'
import type {AwsCredentialIdentityProvider} from '@smithy/types'
import {proxyAgents, requestLimits} from '../http.ts'
import {observeTime} from './time.ts'

/**
 * The EC2 client of the action. Throttling and server errors are retried by the SDK (`standard` backs off
 * exponentially with jitter); eight attempts bridge about a minute and a half.
 */
export function ec2Client(
  region: string,
  credentials: AwsCredentialIdentityProvider,
  env: NodeJS.ProcessEnv
): EC2Client {
  const requestHandler = {...proxyAgents(env), ...requestLimits}
  return observeTime(new EC2Client({region, credentials, maxAttempts: 8, retryMode: 'standard', requestHandler}))
}
