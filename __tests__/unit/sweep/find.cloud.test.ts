import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {EC2} from '@aws-sdk/client-ec2'
import {beforeEach, expect, it} from '@jest/globals'
import {openIam} from '../../../src/aws/iam.ts'
import {openLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import type {Leftover} from '../../../src/sweep/leftovers.ts'
import {sweep} from '../../../src/sweep/sweep.ts'
import {tagKeys, tagSpecifications} from '../../../src/aws/tags.ts'
import {launch, startTestCloud, type TestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {packerSays} from '../../helpers/packer-says.ts'
import {quickPause} from '../../helpers/quick-pause.ts'
import {recordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'

const temporary = 'packer_6740f1a0-1111-2222-3333-444455556666'
const bakeId = '0123456789ab'
const ours = {[tagKeys.bake]: bakeId}

let ledger: Ledger
beforeEach(() => {
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'find-')), 'bake')
})

function announce(...texts: string[]): void {
  const lines = texts.map((text) => `1,,ui,say,==> amazon-ebs.own: ${text}\n`)
  packerSays(ledger, lines.join(''))
}

function clean({cloud, iam}: TestCloud): Promise<Leftover[]> {
  const {endpoint, administrator: credentials} = cloud
  const client = (region: string): EC2 => new EC2({endpoint, region, credentials, maxAttempts: 3})
  const account = accountOf(client('us-east-1'), {others: {'eu-west-1': client('eu-west-1')}, iam: openIam(iam)})
  return sweep({
    account,
    bakeId,
    ledger,
    log: recordingLog(),
    limit: AbortSignal.timeout(300_000),
    settleMs: 10,
    pause: quickPause
  })
}

async function makeImage({ec2}: TestCloud, InstanceId: string): Promise<string> {
  const {ImageId = ''} = await ec2.createImage({InstanceId, Name: 'image'})
  await ec2.describeImages({ImageIds: [ImageId]})
  return ImageId
}

it('removes the launch template of a spot instance by the key pair in it, before its id was told', async () => {
  const test = await startTestCloud()
  const template = (name: string, KeyName: string) =>
    test.ec2.createLaunchTemplate({
      LaunchTemplateName: name,
      LaunchTemplateData: {KeyName, ImageId: test.cloud.sourceImageId, InstanceType: 't3.medium'}
    })
  await template('packer-fleet-launch-template-abcdefg', temporary)
  const theirs = await template('packer-fleet-launch-template-hijklmn', 'packer_another')
  const named = await template('production', temporary)
  announce(`Creating temporary keypair: ${temporary}`, 'Launching a spot AWS instance...')

  expect(await clean(test)).toEqual([])
  expect(test.cloud.leftovers().map(({id}) => id)).toEqual([
    theirs.LaunchTemplate?.LaunchTemplateId,
    named.LaunchTemplate?.LaunchTemplateId
  ])
})

it('removes a spot instance of a key pair of the user’s own by its launch template, and its request', async () => {
  const test = await startTestCloud()
  const {LaunchTemplate: template} = await test.ec2.createLaunchTemplate({
    LaunchTemplateName: 'packer-fleet-launch-template-abcdefg',
    LaunchTemplateData: {
      ImageId: test.cloud.sourceImageId,
      InstanceType: 't3.medium',
      InstanceMarketOptions: {MarketType: 'spot'}
    }
  })
  await test.ec2.createFleet({
    Type: 'instant',
    LaunchTemplateConfigs: [
      {LaunchTemplateSpecification: {LaunchTemplateId: template?.LaunchTemplateId, Version: '1'}}
    ],
    TargetCapacitySpecification: {TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot'}
  })
  announce('Launching a spot AWS instance...', `Created Spot Fleet launch template: ${template?.LaunchTemplateId}`)
  // Nothing unique was announced before the launch, so that there may be another: that is said, too.
  const left = await clean(test)
  expect(left.map(({id}) => id)).toEqual(['(unknown)'])
  expect(test.cloud.leftovers()).toEqual([])
})

it('removes copies in the regions that Packer announced, with their snapshots, and no other copies there', async () => {
  const test = await startTestCloud()
  const there = test.ec2As(test.cloud.administrator, {region: 'eu-west-1'})
  const instance = await launch(test.ec2, test.cloud, {
    TagSpecifications: tagSpecifications(ours, 'instance', 'volume')
  })
  const image = await makeImage(test, instance)
  const other = await makeImage(test, await launch(test.ec2, test.cloud)).catch(() => '')
  await there.copyImage({SourceImageId: image, SourceRegion: 'us-east-1', Name: 'image'})
  const source = (await there.describeImages({Filters: [{Name: 'architecture', Values: ['x86_64']}]})).Images?.[0]
  const {ImageId: theirs} = await there.copyImage({
    SourceImageId: source?.ImageId,
    SourceRegion: 'eu-west-1',
    Name: 'theirs'
  })
  announce('Copying to: eu-west-1')

  expect(await clean(test)).toEqual([])
  expect(other).toBe('')
  const left = test.cloud.leftovers()
  expect(left.find(({type}) => type === 'image')?.id).toBe(theirs)
  expect(left.map(({type}) => type).toSorted()).toEqual(['image', 'instance', 'snapshot', 'volume'])
})

it('leaves a copy that somebody else made of the image, where Packer did not say that it copies', async () => {
  const test = await startTestCloud()
  const instance = await launch(test.ec2, test.cloud, {
    TagSpecifications: tagSpecifications(ours, 'instance', 'volume')
  })
  const image = await makeImage(test, instance)
  const {ImageId: copy} = await test.ec2.copyImage({SourceImageId: image, SourceRegion: 'us-east-1', Name: 'copy'})

  expect(await clean(test)).toEqual([])
  expect(test.cloud.leftovers().map(({type}) => type)).toEqual(['image', 'snapshot'])
  expect(test.cloud.leftovers()[0]?.id).toBe(copy)
})

it('removes everything else when a region cannot be asked, and names that region', async () => {
  const test = await startTestCloud()
  await launch(test.ec2, test.cloud, {TagSpecifications: tagSpecifications(ours, 'instance', 'volume')})
  ledger.made('image', 'ami-0123456789abcdef0', undefined, 'mars-north-1')
  const where = {id: '(unknown)', state: '', region: 'mars-north-1', advice: undefined}
  const reason = 'it could not be looked for in mars-north-1: this test has no region mars-north-1'
  expect(await clean(test)).toEqual([
    {...where, type: 'image', reason},
    {...where, type: 'snapshot', reason}
  ])
  expect(test.cloud.leftovers()).toEqual([])
})

it('removes a temporary instance profile and its role with its policy', async () => {
  const test = await startTestCloud()
  const name = 'packer-6740f1a0-1111-2222-3333-444455556666'
  await test.iam.createInstanceProfile({InstanceProfileName: name})
  await test.iam.createRole({
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{Effect: 'Allow', Principal: {Service: 'ec2.amazonaws.com'}, Action: 'sts:AssumeRole'}]
    })
  })
  await test.iam.putRolePolicy({
    RoleName: name,
    PolicyName: name,
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{Effect: 'Allow', Action: 's3:GetObject', Resource: '*'}]
    })
  })
  await test.iam.addRoleToInstanceProfile({InstanceProfileName: name, RoleName: name})
  announce(
    `Creating temporary instance profile for this instance: ${name}`,
    `Creating temporary role for this instance: ${name}`
  )
  expect(await clean(test)).toEqual([])
  expect(test.cloud.leftovers()).toEqual([])
})

it('removes a key pair whose name the template chose, once Packer has got past it, and its instance', async () => {
  const test = await startTestCloud()
  await test.ec2.createKeyPair({KeyName: 'builder', KeyType: 'ed25519'})
  await launch(test.ec2, test.cloud, {KeyName: 'builder'})
  announce('Creating temporary keypair: builder', 'Launching a source AWS instance...')
  expect(await clean(test)).toEqual([])
  expect(test.cloud.leftovers()).toEqual([])
})

it('names a key pair of such a name and leaves it, when Packer may not have been the one who made it', async () => {
  const test = await startTestCloud()
  const {KeyPairId} = await test.ec2.createKeyPair({KeyName: 'builder', KeyType: 'ed25519'})
  await launch(test.ec2, test.cloud, {KeyName: 'builder'})
  const before = test.cloud.leftovers()
  announce('Creating temporary keypair: builder')
  expect(await clean(test)).toEqual([
    {type: 'key-pair', id: KeyPairId, state: '', reason: expect.stringContaining('temporary_key_pair_name')}
  ])
  expect(test.cloud.leftovers()).toEqual(before)
})

it('leaves a key pair of such a name that is older than the bake, with everything that uses it', async () => {
  const test = await startTestCloud()
  await test.ec2.createKeyPair({KeyName: 'builder', KeyType: 'ed25519'})
  const before = test.cloud.leftovers()
  // A bake that begins in ten minutes: all that is there now is older.
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'find-')))
  ledger.begin(new Date(Date.now() + 600_000))
  announce(
    'Creating temporary keypair: builder',
    'Launching a source AWS instance...',
    'Instance ID: i-0123456789abcdef0'
  )
  expect(await clean(test)).toEqual([])
  expect(test.cloud.leftovers()).toEqual(before)
})

it('believes no ledger that names what was there before the bake', async () => {
  const test = await startTestCloud()
  const instance = await launch(test.ec2, test.cloud)
  await makeImage(test, instance)
  const before = test.cloud.leftovers()
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'find-')))
  ledger.begin(new Date(Date.now() + 600_000))
  before.forEach(({type, id}) => ledger.made(type as 'image', id))
  expect(await clean(test)).toEqual([])
  expect(test.cloud.leftovers()).toEqual(before)
})
