import type {EC2Client} from '@aws-sdk/client-ec2'
import type {STSClient} from '@aws-sdk/client-sts'

type AwsClient = EC2Client | STSClient

/** The time in an answer, and its arrival by the monotonic clock. Both in milliseconds. */
interface Reading {
  readonly date: number
  readonly at: number
}

const readings = new WeakMap<AwsClient, Reading>()

/** Reads AWS's clock in the `Date` of every answer that the client gets from now on, errors included. */
export function observeTime<Client extends AwsClient>(client: Client, steady: () => number = steadyNow): Client {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the stacks of all clients take middleware that knows no input
  const {middlewareStack} = client as unknown as EC2Client
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const date = dateOf(result.response)
      if (date !== undefined) readings.set(client, {date, at: steady()})
      return result
    },
    // Next to the connection, where an error is still an answer like any other.
    {step: 'deserialize', priority: 'low', name: 'observeTime'}
  )
  return client
}

/**
 * The time by AWS's clock, at most one second and the answer's transit time too early. The runner's own clock may be
 * wrong, and may be set right while a bake runs: neither is seen here. Before its first answer, a client knows no
 * better time than the runner's.
 */
export function awsTime(client: AwsClient, steady: () => number = steadyNow): Date {
  const reading = readings.get(client)
  // The SDK knows the difference of the clocks, as it was at the last answer: it signs with it.
  if (reading === undefined) return new Date(Date.now() + client.config.systemClockOffset)
  return new Date(reading.date + steady() - reading.at)
}

/** The monotonic clock: it does not jump when the system's clock is set. */
function steadyNow(): number {
  return performance.now()
}

/** A cached answer has an old date. */
function dateOf(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined
  const headers = response.headers as Readonly<Record<string, string | undefined>>
  const date = Date.parse(headers['date'] ?? '')
  return Number.isNaN(date) || headers['age'] !== undefined ? undefined : date
}
