import type {Account} from '../aws/account.ts'
import type {Promotion} from '../inputs/promotion.ts'
import type {Log} from '../lib/log.ts'
import {checkLaunchTemplate} from '../promotion/launch-template-check.ts'
import {checkParameter} from '../promotion/parameter.ts'
import {checkCopyRegions} from './enabled-regions.ts'

/**
 * Finds out whether an image can be given to those that the inputs name, before anything is made.
 *
 * @throws {InputError} for the first one that it cannot be given to
 */
export async function checkPromotion(
  account: Account,
  {parameter, launchTemplate, copies}: Promotion,
  log: Pick<Log, 'warning'>,
  signal: AbortSignal
): Promise<void> {
  const {ec2, region} = account
  if (launchTemplate) await checkLaunchTemplate({ec2, region}, launchTemplate, signal)
  await checkCopyRegions(account, copies, log, signal)
  if (parameter !== undefined) await checkParameter({parameters: account.parameters(), region}, parameter, signal)
}
