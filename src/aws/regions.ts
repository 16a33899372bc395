import {DescribeRegionsCommand} from '@aws-sdk/client-ec2'
import type {Account} from './account.ts'

/** The names of the regions that are enabled for the account. Rejects with what AWS answers. */
export async function enabledRegions({ec2}: Pick<Account, 'ec2'>, abortSignal: AbortSignal): Promise<string[]> {
  const {Regions = []} = await ec2.send(new DescribeRegionsCommand({}), {abortSignal})
  return Regions.flatMap(({RegionName}) => RegionName ?? [])
}
