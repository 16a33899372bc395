import {GetParameterCommand, SSMClient} from '@aws-sdk/client-ssm'
import type {AwsCredentialIdentityProvider} from '@smithy/types'
import {proxyAgents, requestLimits} from '../http.ts'

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
