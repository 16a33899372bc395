import {AutoScalingClient} from '@aws-sdk/client-auto-scaling'
import {EC2Client} from '@aws-sdk/client-ec2'
import {IAMClient} from '@aws-sdk/client-iam'
import {GetParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import type {AwsCredentialIdentityProvider} from '@smithy/types'
import {openIam, type Iam} from './iam.ts'
import {openParameters, type Parameters} from './parameters.ts'
import {proxyAgents, requestLimits} from '../lib/http.ts'
import {observeCalls} from './observe.ts'
import {observeTime} from './time.ts'

/** The role that the action assumes. */
export interface Role {
  readonly arn: string
  readonly sessionName: string
  readonly durationSeconds: number
  /** Of the OIDC token: `sts.amazonaws.com`, unless the identity provider in IAM names another. */
  readonly audience: string
}

/** The clients for everything that a bake may have made, in whatever region. */
export interface Account {
  readonly region: string
  /** Of the bake's own region. */
  readonly ec2: EC2Client
  /** Of a region that a template named. */
  inRegion(region: string): EC2Client
  /** Made only when it is asked for: few templates make anything in IAM. */
  iam(): Iam
  /** In the bake's own region. Made only when it is asked for. */
  autoScaling(): AutoScalingClient
  /** In the bake's own region. */
  readonly readParameter: ReadParameter
  /** In the bake's own region, for the one that names the image. */
  parameters(): Parameters
}

/** Reads a parameter of Systems Manager, also public ones of AWS and of distributions. Rejects with what AWS answers, such as ParameterNotFound. */
export type ReadParameter = (name: string, signal: AbortSignal) => Promise<string>

/**
 * How often a call is sent at most. After throttling and server errors the SDK sends it again with growing pauses:
 * eight attempts bridge about a minute and a half. For another region there are fewer, because its name comes from a
 * program's output and may be wrong.
 */
const attempts = {ownRegion: 8, elsewhere: 3}

export function openAccount(
  region: string,
  credentials: AwsCredentialIdentityProvider,
  env: NodeJS.ProcessEnv
): Account {
  const settings = {credentials, requestHandler: {...proxyAgents(env), ...requestLimits}}
  const ec2In = (name: string, maxAttempts: number): EC2Client =>
    observeCalls(observeTime(new EC2Client({...settings, region: name, maxAttempts})))
  const ec2 = ec2In(region, attempts.ownRegion)
  const clients = new Map([[region, ec2]])
  let iam: Iam | undefined
  return {
    region,
    ec2,
    inRegion(name) {
      const client = clients.get(name) ?? ec2In(name, attempts.elsewhere)
      clients.set(name, client)
      return client
    },
    iam: () => (iam ??= openIam(observeCalls(new IAMClient({...settings, region, maxAttempts: attempts.elsewhere})))),
    autoScaling: () => observeCalls(new AutoScalingClient({...settings, region, maxAttempts: attempts.ownRegion})),
    parameters: () =>
      openParameters(observeCalls(new SSMClient({...settings, region, maxAttempts: attempts.ownRegion}))),
    async readParameter(Name, abortSignal) {
      const client = observeCalls(new SSMClient({...settings, region, maxAttempts: attempts.elsewhere}))
      const {Parameter} = await client.send(new GetParameterCommand({Name}), {abortSignal})
      return Parameter?.Value ?? ''
    }
  }
}
