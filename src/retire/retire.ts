import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DisableImageCommand,
  EnableImageDeprecationCommand,
  type EC2Client
} from '@aws-sdk/client-ec2'
import {adviceOnFailure, onItsLine} from '../aws/errors/explain.ts'
import {saidOf} from '../aws/errors/said.ts'
import {ownSnapshots} from '../aws/own-snapshots.ts'
import {beganIn, tagKeys} from '../aws/tags.ts'
import {awsTime} from '../aws/time.ts'
import {atMost} from '../lib/at-most.ts'
import {messageOf, UserError} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import {pauseFor, withRetries} from '../lib/wait.ts'
import {chooseImages, type Retirement, type RetirementRule, type Staying} from './choose.ts'
import {verifiedImages, type VerifiedImage} from './images.ts'
import {usesOf, type Uses, type UsesContext} from './uses.ts'

export interface RetirementOptions {
  readonly rule: RetirementRule
  readonly by: Retirement
  readonly dryRun: boolean
  readonly log: Log
  /** Aborted when the time is up or the run is cancelled: the rest stays. */
  readonly limit: AbortSignal
}

interface Retired {
  readonly image: VerifiedImage
  readonly outcome: 'retired' | 'left' | 'would be retired' | 'stays'
  /** Why it is left or stays. Of a retired one, what is still there. */
  readonly reason: string
}

export interface RetirementReport {
  readonly retired: readonly Retired[]
  readonly staying: readonly Staying[]
  /** Why the rest could not be retired. */
  readonly failure?: unknown
}

export const policies =
  "iam/retire-permissions.json and AWS's policy AmazonEC2ImageReferencesAccessPolicy have what retirement needs"

/** AWS throttles those who do more. */
const mostAtOnce = 4

/** Of so many images it is looked up at once who uses them, right before they go. */
const batch = 50

/**
 * Retires old verified images that nobody uses, and ends where not everything is known of who uses them. Repeatable: the
 * next run finds what this one has left.
 */
export async function retireImages(context: UsesContext, options: RetirementOptions): Promise<RetirementReport> {
  const {rule, by, log, limit} = options
  const images = await verifiedImages(context.ec2, limit)
  const now = awsTime(context.ec2)
  const {candidates, staying} = chooseImages(images, rule, now)
  log.info(
    `Of ${images.length} verified images ${staying.length} stay, and ${candidates.length} go if nobody uses them`
  )
  const isDone = (image: VerifiedImage): boolean => isRetired(image, by, now)
  const report: {retired: Retired[]; staying: Staying[]} = {
    retired: [],
    staying: [
      ...staying,
      ...candidates
        .filter(isDone)
        .map((image) => ({image, why: by === 'disable' ? 'it is disabled' : 'it is deprecated'}))
    ]
  }
  const due = candidates.filter((image) => !isDone(image))
  for (let first = 0; first < due.length; first += batch) {
    const part = due.slice(first, first + batch)
    const uses = await usesOf(
      context,
      part.map(({id}) => id),
      limit
    ).catch((error: unknown) => ({failure: limit.aborted ? limit.reason : notKnown(error)}))
    if ('failure' in uses) return {...report, failure: uses.failure}
    report.staying.push(...part.flatMap((image) => stayingFor(image, uses)))
    const unused = part.filter(({id}) => !uses.has(id))
    report.retired.push(...(await atMost(mostAtOnce, unused, (image) => retireOne(context.ec2, image, options))))
    const gone = report.retired.filter(({outcome}) => outcome === 'retired').length
    log.info(`${Math.min(first + batch, due.length)} of ${due.length}: ${gone} retired so far`)
  }
  return report
}

function notKnown(error: unknown): UserError {
  return new UserError(
    `No more images are retired, because it is not known who uses them: ${saidOf(error)}\n${adviceOnFailure(error, {policies, onlyPolicies: true, otherwise: 'Correct what that depends on, and run the sweep again.'})}`,
    {cause: error}
  )
}

function stayingFor(image: VerifiedImage, uses: Uses): Staying[] {
  const user = uses.get(image.id)
  return user === undefined ? [] : [{image, why: `it is in use by ${user}`}]
}

function isRetired({state, deprecated}: VerifiedImage, by: Retirement, now: Date): boolean {
  if (by === 'disable') return state === 'disabled'
  return by === 'deprecate' && deprecated !== undefined && deprecated <= now
}

async function retireOne(
  ec2: EC2Client,
  image: VerifiedImage,
  {by, dryRun, rule, limit}: RetirementOptions
): Promise<Retired> {
  try {
    limit.throwIfAborted()
    // Who uses it in other accounts cannot be seen. A deprecated image still launches.
    const sharedWith = by === 'deprecate' || rule.sharedToo ? 0 : await countShares(ec2, image, limit)
    if (sharedWith > 0)
      return {
        image,
        outcome: 'stays',
        reason: `it is shared with ${sharedWith} ${sharedWith === 1 ? 'other' : 'others'}, whose use cannot be seen`
      }
    if (by === 'deregister' && image.snapshotIds.length > 0 && beganIn(image.tags) === undefined) {
      return {image, outcome: 'stays', reason: 'its tags do not say which of its snapshots its bake made'}
    }
    if (dryRun) return {image, outcome: 'would be retired', reason: ''}
    return {image, outcome: 'retired', reason: await retireBy[by](ec2, image, limit)}
  } catch (error) {
    return {image, outcome: 'left', reason: limit.aborted ? messageOf(limit.reason) : whyLeft(error)}
  }
}

function whyLeft(error: unknown): string {
  return `${saidOf(error)}${onItsLine(adviceOnFailure(error, {policies, onlyPolicies: true, otherwise: ''}))}`
}

async function countShares(ec2: EC2Client, {id}: VerifiedImage, abortSignal: AbortSignal): Promise<number> {
  const query = new DescribeImageAttributeCommand({ImageId: id, Attribute: 'launchPermission'})
  const {LaunchPermissions = []} = await ec2.send(query, {abortSignal})
  return LaunchPermissions.length
}

type Retire = (ec2: EC2Client, image: VerifiedImage, signal: AbortSignal) => Promise<string>

/** Each returns what is still to be said of an image, or nothing. */
const retireBy: Readonly<Record<Retirement, Retire>> = {
  deregister: deregisterWithSnapshots,
  async disable(ec2, {id: ImageId}) {
    await ec2.send(new DisableImageCommand({ImageId}))
    return ''
  },
  async deprecate(ec2, {id: ImageId}) {
    // AWS refuses a time that is over.
    const DeprecateAt = new Date(awsTime(ec2).getTime() + 60_000)
    await ec2.send(new EnableImageDeprecationCommand({ImageId, DeprecateAt}))
    return ''
  }
}

/**
 * A template may have mapped a snapshot of others into the image, which stays. The bake's own ones get an expiry first:
 * if this run ends half-way, the next sweep removes them like everything else that has expired.
 */
async function deregisterWithSnapshots(ec2: EC2Client, image: VerifiedImage, signal: AbortSignal): Promise<string> {
  const own = await ownSnapshots(ec2, image, signal)
  if (own.length > 0) {
    const expires = {Key: tagKeys.expires, Value: awsTime(ec2).toISOString()}
    await ec2.send(new CreateTagsCommand({Resources: own, Tags: [expires]}))
  }
  await ec2.send(new DeregisterImageCommand({ImageId: image.id})).catch((error: unknown) => {
    if (!isGone(error)) throw error
  })
  const left: string[] = []
  for (const SnapshotId of own) {
    const remove = () => ec2.send(new DeleteSnapshotCommand({SnapshotId}))
    await withRetries(remove, {isTransient: isInUse, pause: pauseFor, signal}).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'InvalidSnapshot.NotFound') return
      left.push(`its snapshot ${SnapshotId} stays until a later sweep: ${messageOf(error)}`)
    })
  }
  return left.join('; ')
}

/** Somebody else was faster, or AWS did it before its answer was lost. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && /^InvalidAMIID\.(NotFound|Unavailable)$/.test(error.name)

/** For a moment after its image is gone. */
const isInUse = (error: unknown): boolean => error instanceof Error && error.name === 'InvalidSnapshot.InUse'
