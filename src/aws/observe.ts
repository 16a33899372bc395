import type {AutoScalingClient} from '@aws-sdk/client-auto-scaling'
import type {EC2Client} from '@aws-sdk/client-ec2'
import type {IAMClient} from '@aws-sdk/client-iam'
import type {SSMClient} from '@aws-sdk/client-ssm'
import type {STSClient} from '@aws-sdk/client-sts'
import {debug, elapsed} from '../lib/debug.ts'

type AwsClient = AutoScalingClient | EC2Client | IAMClient | SSMClient | STSClient

/** The SDK's metadata of a call. */
interface Metadata {
  readonly requestId?: string
  readonly attempts?: number
}

/** Shows each of the client's calls in the debug log: its outcome, region, request id, attempts and time. */
export function observeCalls<Client extends AwsClient>(client: Client): Client {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the stacks of all clients take middleware that knows no input
  const {middlewareStack, config} = client as unknown as EC2Client
  middlewareStack.add(
    (next, {clientName, commandName}) =>
      async (args) => {
        const began = performance.now()
        const tell = async (outcome: string, {requestId = 'none', attempts = 1}: Metadata = {}): Promise<void> => {
          const region = await config.region()
          debug(
            () =>
              `AWS ${named(clientName)} ${named(commandName)} in ${region}: ${outcome}; request ${requestId}, attempts ${attempts}, ${elapsed(began)}`
          )
        }
        try {
          const result = await next(args)
          await tell('done', result.output.$metadata)
          return result
        } catch (error) {
          const {name = 'Error', $metadata} = error as {name?: string; $metadata?: Metadata}
          await tell(name, $metadata)
          throw error
        }
      },
    {step: 'initialize', priority: 'high', name: 'observeCalls'}
  )
  return client
}

/** `EC2` of `EC2Client`, `RunInstances` of `RunInstancesCommand`. */
function named(name: unknown): string {
  return String(name).replace(/(Client|Command)$/, '')
}
