import {UserError} from '../lib/errors.ts'
import {inertText} from '../lib/untrusted.ts'
import {neverAborted} from '../sweep/keep.ts'
import {defaultCommand, notGiven, type Progress} from './launch-template-errors.ts'
import {addVersion, setDefault, tryDefault, versionOf, versionsWith} from './launch-template-versions.ts'
import {letNewestWin} from './launch-template-newest.ts'
import {baseOf, type GivenImage, type LaunchTemplateContext, type LaunchVersion} from './launch-template-wish.ts'
import {isImageId, isNewer} from './newer.ts'

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
    throw new UserError(`the launch template ${given.wish.template} kept being changed by others`)
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
  const token = `${bakeId}-${attempt}`
  const wanted = {template, imageId, purpose: baseOf(wish), from: before.number, token}
  const {number, problem} = await addVersion(ec2, wanted)
  progress.made.push(number)
  if (problem !== undefined)
    throw new UserError(`AWS has made version ${number}, but reports a problem with it: ${problem}`)
  if (becomesDefault) {
    const now = await versionOf(ec2, template, '$Default', neverAborted)
    if (now.number !== before.number) return undefined
    await setDefault(ec2, template, number)
  }
  const was = before.imageId ? `, before: ${inertText(before.imageId)}` : ''
  const standing = becomesDefault ? 'the default version' : 'the latest version, not the default one'
  log.info(`Version ${number} of the launch template ${template} launches ${imageId} (${standing}${was})`)
  const now = origin === 'chosen' ? {number, imageId} : await letNewestWin(context, given, {before, number})
  const isLaunched = now.imageId === imageId && before.imageId && isImageId(before.imageId)
  return {template, version: now.number, ...(isLaunched ? {previous: before.imageId} : {})}
}
