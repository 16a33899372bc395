import {saidOf} from '../aws/errors/said.ts'
import {UserError} from '../lib/errors.ts'
import {inertText} from '../lib/untrusted.ts'
import {neverAborted} from '../sweep/keep.ts'
import {defaultCommand, notGiven, type Progress} from './launch-template-errors.ts'
import {
  addVersion,
  setDefault,
  tryDefault,
  versionOf,
  versionsFrom,
  versionsWith,
  type Version
} from './launch-template-versions.ts'
import {baseOf, type GivenImage, type LaunchTemplateContext, type LaunchVersion} from './launch-template-wish.ts'
import {isImageId, isNewer, newestGivenOut} from './newer.ts'

/** How often somebody else may have made a version in between. */
const mostAttempts = 5

/**
 * Makes a version of a launch template that launches the image, from the default version if it becomes the default, and
 * else from the latest. A newer image stays, also if another bake gives it to the launch template meanwhile, unless a
 * person has chosen this one.
 *
 * @throws {UserError} if AWS refuses: the default version is what it was before
 */
export async function giveToLaunchTemplate(
  context: LaunchTemplateContext,
  given: GivenImage,
  signal: AbortSignal
): Promise<LaunchVersion> {
  const progress: Progress = {made: []}
  try {
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const launched = await tryOnce(context, given, progress, attempt, signal)
      if (launched) return launched
    }
    throw new UserError(`others change the launch template ${given.wish.template} all the time`)
  } catch (error) {
    signal.throwIfAborted()
    throw notGiven(error, given, progress, context.region)
  }
}

/** @returns undefined if somebody else has changed the launch template meanwhile, so that all is to be looked at again */
async function tryOnce(
  context: LaunchTemplateContext,
  given: GivenImage,
  progress: Progress,
  attempt: number,
  signal: AbortSignal
): Promise<LaunchVersion | undefined> {
  const {ec2, log} = context
  const {wish, imageId, origin, bakeId} = given
  const {template, becomesDefault} = wish
  const before = await versionOf(ec2, template, baseOf(wish), signal)
  progress.base = before.number
  if (before.imageId === imageId) {
    log.info(`Version ${before.number} of the launch template ${template} launches ${imageId} already`)
    return {template, version: before.number}
  }
  const isOlder = before.imageId && (await isNewer(ec2, {value: before.imageId, imageId}, signal))
  if (origin !== 'chosen' && isOlder) {
    log.warning(`The launch template ${template} keeps ${before.imageId}, because that image is newer than ${imageId}`)
    return {template, version: before.number}
  }
  const launched = origin === 'reused' ? await versionsWith(ec2, template, imageId, signal) : []
  const earlier = launched.find((number) => !progress.made.includes(number))
  if (earlier !== undefined) {
    log.warning(
      `The launch template ${template} keeps ${inertText(before.imageId ?? 'its version')}: its version ${earlier} has ${imageId} and is no longer in use, ` +
        `because somebody went back, or a run was cut off. To use it: ${defaultCommand(template, earlier, context.region)}. To have another image baked, deprecate ${imageId}`
    )
    return {template, version: before.number}
  }
  if (becomesDefault) await tryDefault(ec2, template, before.number)
  // From here on nothing is cut off: a version that nobody uses would look as if somebody had gone back.
  signal.throwIfAborted()
  const {number, problem} = await addVersion(ec2, {
    template,
    imageId,
    from: before.number,
    token: `${bakeId}-${attempt}`
  })
  progress.made.push(number)
  if (problem !== undefined) throw new UserError(`AWS has made version ${number}, and finds it wrong: ${problem}`)
  if (becomesDefault) {
    const now = await versionOf(ec2, template, '$Default', neverAborted)
    if (now.number !== before.number) return undefined
    await setDefault(ec2, template, number)
  }
  const was = before.imageId ? `, before: ${inertText(before.imageId)}` : ''
  const standing = becomesDefault ? 'the default version' : 'the latest version, not the default one'
  log.info(`Version ${number} of the launch template ${template} launches ${imageId} (${standing}${was})`)
  const version = await letNewestWin(context, given, {before, number})
  const isLaunched = version === number && before.imageId && isImageId(before.imageId)
  return {template, version, ...(isLaunched ? {previous: before.imageId} : {})}
}

/**
 * Another bake may have made its version between the last look and this bake's change: the newest image of both is
 * launched. Whoever changes something looks again, so that the last one sees all.
 *
 * @returns the version that is launched now
 */
async function letNewestWin(
  context: LaunchTemplateContext,
  {wish, imageId, origin, bakeId}: GivenImage,
  {before, number: own}: {readonly before: Version; readonly number: number}
): Promise<number> {
  const {ec2, log} = context
  const {template, becomesDefault} = wish
  let launched = own
  if (origin === 'chosen') return launched
  try {
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const versions = await versionsFrom(ec2, template, before.number + 1)
      // A person may try images in versions, too, which are not for all.
      const newest = await newestGivenOut(
        ec2,
        versions.flatMap((one) => one.imageId ?? [])
      )
      const winner = versions.findLast((one) => one.imageId === newest)
      const current = becomesDefault ? versions.find(({number}) => number === launched) : versions.at(-1)
      if (!winner || !current || current.imageId === newest) return current?.number ?? launched
      if (becomesDefault) {
        await setDefault(ec2, template, winner.number)
        launched = winner.number
      } else {
        // What others try as the latest version stays it.
        if ((await newestGivenOut(ec2, [current.imageId ?? ''])) === undefined) return current.number
        const token = `${bakeId}-back-${current.number}`
        const again = {template, imageId: winner.imageId ?? imageId, from: winner.number, token}
        launched = (await addVersion(ec2, again)).number
      }
      log.warning(
        `The launch template ${template} launches ${winner.imageId}, because that image is newer than ${imageId}`
      )
    }
  } catch (error) {
    log.warning(
      `Version ${launched} of the launch template ${template} is launched, and it is not known whether another bake has made a newer image meanwhile: ${saidOf(error)}`
    )
  }
  return launched
}
