import {EC2} from '@aws-sdk/client-ec2'
import {IAM} from '@aws-sdk/client-iam'
import {bystanderAgent} from '../../cloud/calls.ts'
import type {Cloud} from '../../cloud/cloud.ts'
import {populate} from '../look-alikes.ts'
import type {LogLine} from '../../runner/log.ts'

/** Things of others that look like a bake's, in the account of a run. */
export interface Bystanders {
  /** How many of each kind. */
  readonly counts: Readonly<Record<string, number>>
  /** A snapshot of the user's own, for a template that maps it into its image. */
  readonly snapshotId: string
  /** For each line of the run's log: the bake that it tells of has its tag put on some of these, which were there before it. */
  onLine(line: Pick<LogLine, 'text'>): void
  /** What of them is gone or has been changed since, one line each. */
  touched(): Promise<string[]>
}

/**
 * Puts look-alikes into a cloud, before its run begins. They are no part of the run: neither their calls nor they are counted.
 * @param now the cloud's clock
 * @param count of each kind
 */
export async function placeBystanders(cloud: Cloud, now: () => Date, count = 50): Promise<Bystanders> {
  const {endpoint, region, administrator: credentials, sourceImageId: imageId} = cloud
  const settings = {endpoint, region, credentials, maxAttempts: 5, customUserAgent: bystanderAgent}
  const clients = {ec2: new EC2(settings), iam: new IAM(settings)}
  const {counts, changed, mark, snapshotId} = await cloud.furnish(() =>
    populate(clients.ec2, {imageId, count, iam: clients.iam})
  )
  let marked: Promise<unknown> = Promise.resolve()
  return {
    counts,
    snapshotId,
    onLine({text}) {
      const [, bakeId] = /^Bake ([0-9a-f]{12}) makes /.exec(text) ?? []
      // Before what the bake itself makes, and after the look-alikes.
      if (bakeId !== undefined) marked = mark(bakeId, new Date(now().getTime() - 60_000))
    },
    async touched() {
      await marked
      return cloud.furnish(changed)
    }
  }
}
