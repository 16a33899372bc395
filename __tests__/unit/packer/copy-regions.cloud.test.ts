import {expect, it} from '@jest/globals'
import {regionsOfCopies} from '../../../src/packer/copy-regions.ts'
import type {AwsNames} from '../../../src/template/aws-names.ts'
import {startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {accountOf} from '../../helpers/test-account.ts'

const {signal} = new AbortController()
const names = (copyRegions: readonly string[], copiesAnywhere: boolean, copiesAtHome: boolean) =>
  ({copyRegions, copiesAnywhere, uses: {copiesAtHome}}) as AwsNames

it('knows the regions that a template names, and its own where it encrypts by copying', async () => {
  const {ec2} = await startTestCloud()
  const account = accountOf(ec2)
  expect(await regionsOfCopies(account, names([], false, false), signal)).toEqual([])
  expect(await regionsOfCopies(account, names(['eu-west-1'], false, false), signal)).toEqual(['eu-west-1'])
  expect(await regionsOfCopies(account, names(['eu-west-1'], false, true), signal)).toEqual(['eu-west-1', 'us-east-1'])
})

it('asks AWS where only Packer knows them', async () => {
  const {ec2} = await startTestCloud()
  const {Regions = []} = await ec2.describeRegions()
  const known = Regions.map(({RegionName}) => RegionName)
  expect(known).toContain('eu-west-1')
  expect(await regionsOfCopies(accountOf(ec2), names(['eu-west-1'], true, true), signal)).toEqual(known)
})
