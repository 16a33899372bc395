import type {Account} from '../aws/account.ts'
import {enabledRegions} from '../aws/regions.ts'
import {InputError, messageOf} from '../lib/errors.ts'
import type {Log} from '../lib/log.ts'
import type {CopyRegion} from '../promotion/copies.ts'

/**
 * Finds out before a bake whether its image can be copied to these regions.
 *
 * @throws {InputError} for regions that are not enabled for the account
 */
export async function checkCopyRegions(
  account: Account,
  copies: readonly CopyRegion[],
  log: Pick<Log, 'warning'>,
  signal: AbortSignal
): Promise<void> {
  if (copies.length === 0) return
  const enabled = await enabledRegions(account, signal).catch((error: unknown) => {
    signal.throwIfAborted()
    log.warning(`Whether the regions of 'copy-to-regions' are enabled could not be looked up: ${messageOf(error)}`)
  })
  const lacking = copies.flatMap(({region}) => ((enabled?.includes(region) ?? true) ? [] : [region]))
  if (lacking.length === 0) return
  throw new InputError(
    'copy-to-regions',
    `has ${lacking.join(', ')}, which this account does not have or has not enabled (aws account enable-region --region-name …); it has ${(enabled ?? []).toSorted().join(', ')}`
  )
}
