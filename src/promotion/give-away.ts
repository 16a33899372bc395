import type {Account} from '../aws/account.ts'
import type {RegionalImage} from '../aws/resources.ts'
import type {Log} from '../lib/log.ts'
import {deprecateImage} from './deprecation.ts'
import {shareImage, type Share} from './sharing.ts'

interface GiveAwayContext {
  readonly account: Pick<Account, 'inRegion'>
  readonly log: Pick<Log, 'info'>
  /** A sentence that names the policies with the permissions for it. */
  readonly policies: string
}

export interface Gifts {
  readonly shares: readonly Share[]
  /** Absent: they are not deprecated. */
  readonly deprecateAt?: Date
}

/** @param from the time from which the time to the deprecation counts */
export function giftsOf(
  {shares, deprecateAfterMs}: {readonly shares: readonly Share[]; readonly deprecateAfterMs?: number},
  from: Date
): Gifts {
  return {
    shares,
    ...(deprecateAfterMs === undefined ? {} : {deprecateAt: new Date(from.getTime() + deprecateAfterMs)})
  }
}

/**
 * Deprecates and shares images, each in its region.
 *
 * @throws {UserError} for the first one that AWS refuses
 */
export async function giveAway(
  {account, log, policies}: GiveAwayContext,
  images: readonly RegionalImage[],
  {shares, deprecateAt}: Gifts
): Promise<void> {
  for (const image of images) {
    const ec2 = account.inRegion(image.region)
    if (deprecateAt) {
      await deprecateImage(ec2, image, {at: deprecateAt, policies})
      log.info(`${image.id} in ${image.region} is deprecated from ${deprecateAt.toISOString()} on`)
    }
    if (shares.length > 0) {
      await shareImage(ec2, image, {shares, policies})
      log.info(
        `${image.id} in ${image.region} is shared with ${shares.flatMap((share) => Object.values(share)).join(', ')}`
      )
    }
  }
}
