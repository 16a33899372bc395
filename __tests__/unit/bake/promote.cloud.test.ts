import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {EC2} from '@aws-sdk/client-ec2'
import {expect, it} from '@jest/globals'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import type {Made} from '../../../src/bake/outcome.ts'
import {promote, type ReleasableBuild} from '../../../src/bake/promote.ts'
import {openLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'
import {launch, startTestCloud} from '../../rehearsal/cloud/test-cloud.ts'

async function anImage(): Promise<{ec2: EC2; id: string}> {
  const {ec2, cloud} = await startTestCloud()
  const {ImageId: id = ''} = await ec2.createImage({
    InstanceId: await launch(ec2, cloud),
    Name: 'image',
    TagSpecifications: tagSpecifications({[tagKeys.expires]: 'soon'}, 'image', 'snapshot')
  })
  await ec2.describeImages({ImageIds: [id]})
  return {ec2, id}
}

const aLedger = (): Ledger => openLedger(mkdtempSync(join(tmpdir(), 'promote-')), 'bake')

async function promoted(ec2: EC2, id: string, ledger: Ledger, verdict: Made['verdict']) {
  const announced: unknown[] = []
  const image = {source: 'amazon-ebs.jenkins', id, name: 'image', region: 'us-east-1', snapshotIds: [], copies: []}
  const build = {
    inputs: {deregister: 'on-failure', promotion: {copies: [], shares: []}},
    account: accountOf(ec2),
    ledger,
    packer: {version: '1.16.0'},
    plan: {bakeId: 'ours', kindName: 'jenkins', began: new Date(), tags: {[tagKeys.run]: 'owner/images/1/1'}},
    deps: {log: recordingLog()},
    announce: (made: Made) => announced.push(made)
  }
  const made = {images: [image], others: [], othersStay: false, verdict, jenkinsVersion: '2.568.2'}
  await promote(build as unknown as ReleasableBuild, made as unknown as Made)
  const {Images: [found] = []} = await ec2.describeImages({ImageIds: [id]})
  const tags = Object.fromEntries((found?.Tags ?? []).map(({Key, Value}) => [Key, Value]))
  return {tags, imdsSupport: found?.ImdsSupport, announced}
}

it('marks a verified image, demands IMDSv2 of its machines, gives it out, and takes its expiry off', async () => {
  const {ec2, id} = await anImage()
  const ledger = aLedger()
  ledger.made('image', id)
  const {tags, imdsSupport, announced} = await promoted(ec2, id, ledger, 'verified')
  expect(imdsSupport).toBe('v2.0')
  expect(tags).toEqual({
    [tagKeys.bake]: 'ours',
    [tagKeys.began]: expect.stringMatching(/^\d{4}-/),
    [tagKeys.run]: 'owner/images/1/1',
    [tagKeys.verified]: expect.stringMatching(/^\d{4}-/),
    [tagKeys.jenkins]: '2.568.2',
    [tagKeys.packer]: '1.16.0',
    [tagKeys.name]: 'jenkins'
  })
  expect(ledger.released).toMatchObject([{type: 'image', id}])
  expect(announced).toHaveLength(1)
})

it('marks an image that was not tested as the bake’s, and no more', async () => {
  const {ec2, id} = await anImage()
  const ledger = aLedger()
  ledger.made('image', id)
  const {tags, imdsSupport} = await promoted(ec2, id, ledger, 'unverified')
  expect(tags).toEqual({
    [tagKeys.bake]: 'ours',
    [tagKeys.began]: expect.stringMatching(/^\d{4}-/),
    [tagKeys.run]: 'owner/images/1/1'
  })
  expect(imdsSupport).toBeUndefined()
})

it.each(['verified', 'unverified'] as const)(
  'changes nothing of an image that the bake did not make (%s)',
  async (verdict) => {
    const {ec2, id} = await anImage()
    const ledger = aLedger()
    const {tags, imdsSupport} = await promoted(ec2, id, ledger, verdict)
    expect(tags).toEqual({[tagKeys.expires]: 'soon'})
    expect(imdsSupport).toBeUndefined()
    expect(ledger.released).toEqual([])
  }
)
