import {saidOf} from '../aws/errors/said.ts'
import {awsTime} from '../aws/time.ts'
import {pauseFor} from '../lib/wait.ts'
import {neverAborted} from '../sweep/keep.ts'
import {addVersion, setDefault, versionOf, versionsFrom, type Version} from './launch-template-versions.ts'
import {baseOf, type GivenImage, type LaunchTemplateContext} from './launch-template-wish.ts'
import {isNewer, newestGivenOut} from './newer.ts'

/** How often somebody else may have made a version in between. */
const mostLooks = 5

/** Between a bake's version and its becoming the default one. Older versions are no rivals: somebody may have gone back. */
const rivalMs = 120_000

/**
 * How many versions before the launched one may be of rivals: a bake can make its version, and make it the default only
 * after others have made and launched theirs.
 */
const earlierRivals = 100

/**
 * Another bake may have made its version while this one made its own: the newest image is launched. Whoever changes
 * something looks again, so that the last one sees all. Versions of people, who may try images in them, do not count.
 *
 * @param before the version that was launched
 * @param number this bake's own version, which is launched now
 * @returns the version that is launched in the end
 */
export async function letNewestWin(
  context: LaunchTemplateContext,
  given: GivenImage,
  {before, number}: {readonly before: Version; readonly number: number}
): Promise<Version> {
  const {ec2, log} = context
  const {wish, imageId, bakeId} = given
  const {template} = wish
  const purpose = baseOf(wish)
  const since = new Date(awsTime(ec2).getTime() - rivalMs)
  let launched: Version = {number, imageId}
  try {
    for (let look = 1; look <= mostLooks; look += 1) {
      const versions = await versionsFrom(ec2, template, Math.max(1, before.number + 1 - earlierRivals))
      if (!versions.some((one) => one.number === launched.number)) {
        // AWS does not show it yet.
        await pauseFor(1_000, neverAborted)
        continue
      }
      const rivals = versions.filter(({madeFor, created}) => madeFor === purpose && created && created >= since)
      const winner = await newest(context, given, rivals)
      const wanted = rivals.findLast((one) => one.imageId === winner) ?? launched
      if (purpose === '$Default') {
        if (wanted.imageId === launched.imageId) return launched
        const now = await versionOf(ec2, template, '$Default', neverAborted)
        // Whoever has changed it looks, too.
        if (now.number !== launched.number) return now
        await setDefault(ec2, template, wanted.number)
        launched = wanted
        log.warning(`The launch template ${template} launches ${winner}, because that image is newer than ${imageId}`)
      } else {
        const latest = versions.at(-1)
        // What somebody else tries as the latest version stays it.
        if (!latest || latest.imageId === winner || !rivals.includes(latest)) return wanted
        const token = `${bakeId}-back-${latest.number}`
        const again = {template, imageId: winner, purpose, from: wanted.number, token}
        launched = {number: (await addVersion(ec2, again)).number, imageId: winner}
        log.warning(
          `The launch template ${template} launches ${winner}, because that image is newer than ${latest.imageId}`
        )
      }
    }
    log.warning(
      `The launch template ${template} kept being changed by others: look whether its version ${launched.number} is the one to launch`
    )
  } catch (error) {
    log.warning(
      `Version ${launched.number} of the launch template ${template} is launched, and it is not known whether another bake has made a newer image meanwhile: ${saidOf(error)}`
    )
  }
  return launched
}

/** The newest image: this bake's own, which has just been released, or that of a rival. */
async function newest(
  {ec2}: LaunchTemplateContext,
  {imageId}: GivenImage,
  rivals: readonly Version[]
): Promise<string> {
  const others = rivals.flatMap((one) => (one.imageId === undefined || one.imageId === imageId ? [] : [one.imageId]))
  const rival = await newestGivenOut(ec2, others)
  const isRivalNewer = rival !== undefined && (await isNewer(ec2, {value: rival, imageId}, neverAborted))
  return isRivalNewer ? rival : imageId
}
