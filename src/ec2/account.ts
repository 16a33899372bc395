import {EC2Client} from '@aws-sdk/client-ec2'
import {IAMClient} from '@aws-sdk/client-iam'
import type {AwsCredentialIdentityProvider} from '@smithy/types'
import {openIam, type Iam} from '../cleanup/iam.ts'
import {proxyAgents, requestLimits} from '../http.ts'
import {ec2Client} from './client.ts'
import {observeTime} from './time.ts'

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
