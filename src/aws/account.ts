import {EC2Client} from '@aws-sdk/client-ec2'
import {IAMClient} from '@aws-sdk/client-iam'
import {GetParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import type {AwsCredentialIdentityProvider} from '@smithy/types'
import {openIam, type Iam} from './iam.ts'
import {proxyAgents, requestLimits} from '../lib/http.ts'
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
}

export function openAccount(
  region: string,
  credentials: AwsCredentialIdentityProvider,
  env: NodeJS.ProcessEnv
): Account {
  const ec2 = ec2Client(region, credentials, env)
  const clients = new Map([[region, ec2]])
  // Fewer attempts than at home: the region's name comes from a program's output, and may be no region at all.
  const settings = {credentials, maxAttempts: 3, requestHandler: {...proxyAgents(env), ...requestLimits}}
  let iam: Iam | undefined
  return {
    region,
    ec2,
    inRegion(name) {
      const client = clients.get(name) ?? observeTime(new EC2Client({...settings, region: name}))
      clients.set(name, client)
      return client
    },
    iam: () => (iam ??= openIam(new IAMClient({...settings, region})))
  }
}

/**
 * The EC2 client of the action. Throttling and server errors are retried by the SDK (`standard` backs off
 * exponentially with jitter); eight attempts bridge about a minute and a half.
 */
function ec2Client(region: string, credentials: AwsCredentialIdentityProvider, env: NodeJS.ProcessEnv): EC2Client {
  const requestHandler = {...proxyAgents(env), ...requestLimits}
  return observeTime(new EC2Client({region, credentials, maxAttempts: 8, retryMode: 'standard', requestHandler}))
}

/** Reads a parameter of Systems Manager; public ones of AWS and of distributions too. */
export type ReadParameter = (name: string, signal: AbortSignal) => Promise<string>

/** @returns a reader that throws what AWS answers, such as ParameterNotFound */
export function parameterReader(
  region: string,
  credentials: AwsCredentialIdentityProvider,
  env: NodeJS.ProcessEnv
): ReadParameter {
  const client = new SSMClient({region, credentials, requestHandler: {...proxyAgents(env), ...requestLimits}})
  return async (Name, abortSignal) => {
    const {Parameter} = await client.send(new GetParameterCommand({Name}), {abortSignal})
    return Parameter?.Value ?? ''
  }
}
