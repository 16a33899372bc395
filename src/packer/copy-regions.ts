import type {Account} from '../aws/account.ts'
import {enabledRegions} from '../aws/regions.ts'
import type {AwsNames} from '../template/aws-names.ts'

/**
 * The regions that a template may copy its images to: those that it names, or, where only Packer knows them, every
 * region of the account. The image's own region is among them where it is encrypted by copying.
 */
export async function regionsOfCopies(
  account: Account,
  {copyRegions, copiesAnywhere, uses}: Pick<AwsNames, 'copyRegions' | 'copiesAnywhere' | 'uses'>,
  signal: AbortSignal
): Promise<readonly string[]> {
  const elsewhere = copiesAnywhere ? await enabledRegions(account, signal) : copyRegions
  return [...new Set([...elsewhere, ...(uses.copiesAtHome ? [account.region] : [])])]
}
