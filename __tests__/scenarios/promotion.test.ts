import {EC2} from '@aws-sdk/client-ec2'
import {SSM} from '@aws-sdk/client-ssm'
import {expect, it} from '@jest/globals'
import {parseFault} from '../../rehearsal/cloud/faults/fault.ts'
import type {LocalCloud} from '../../rehearsal/index.ts'
import type {ActionRun} from '../../rehearsal/runner/run-action.ts'
import {promote} from './promote.ts'
import {play, withCurrentPacker} from './scenario.ts'

const elsewhere = ['eu-central-1', 'ap-southeast-2']
const parameter = '/jenkins/ami'
const template = 'jenkins'
const key = 'alias/images'
const all = {
  'copy-to-regions': elsewhere.join(','),
  'kms-key-id': key,
  'share-with': '210987654321\narn:aws:organizations::123456789012:organization/o-0123456789',
  'deprecate-after': '90d',
  'ssm-parameter': parameter,
  'launch-template': template
}

function clientIn({cloud: {endpoint, administrator: credentials}}: LocalCloud, region: string): EC2 {
  return new EC2({endpoint, region, credentials, maxAttempts: 5})
}

/** Makes the launch template, with an image of before. */
async function prepare(local: LocalCloud): Promise<void> {
  const {cloud} = local
  const LaunchTemplateData = {ImageId: cloud.sourceImageId, InstanceType: 't3.medium'} as const
  await cloud.furnish(() =>
    clientIn(local, cloud.region).createLaunchTemplate({LaunchTemplateName: template, LaunchTemplateData})
  )
}

interface Account {
  /** By region: the tags of each image that this account's bakes have made. */
  readonly images: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>
  /** What the default version of the launch template launches. */
  readonly launched: string | undefined
  readonly named: string | undefined
  readonly shared: unknown
  readonly deprecated: readonly (string | undefined)[]
}

async function look(local: LocalCloud): Promise<Account> {
  const {cloud} = local
  return cloud.furnish(async () => {
    const found = await Promise.all(
      [cloud.region, ...elsewhere].map(async (region) => {
        const {Images = []} = await clientIn(local, region).describeImages({Owners: ['self']})
        return [region, Images.filter(({Tags = []}) => Tags.length > 0)] as const
      })
    )
    const ec2 = clientIn(local, cloud.region)
    const {LaunchTemplateVersions: [version] = []} = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateName: template,
      Versions: ['$Default']
    })
    const ssm = new SSM({region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.administrator})
    const named = await ssm.getParameter({Name: parameter}).catch(() => undefined)
    const [image] = found.flatMap(([, images]) => images)
    const shared = image && (await ec2.describeImageAttribute({ImageId: image.ImageId, Attribute: 'launchPermission'}))
    return {
      images: Object.fromEntries(
        found.map(([region, images]) => [
          region,
          images.map(({Tags = []}) => Object.fromEntries(Tags.map(({Key = '', Value = ''}) => [Key, Value])))
        ])
      ),
      launched: version?.LaunchTemplateData?.ImageId,
      named: named?.Parameter?.Value,
      shared: shared?.LaunchPermissions,
      deprecated: found.flatMap(([, images]) => images.map(({DeprecationTime}) => DeprecationTime))
    }
  })
}

const released = expect.objectContaining({
  'bake-jenkins-ami:verified': expect.any(String),
  'bake-jenkins-ami:fingerprint': expect.any(String)
})

withCurrentPacker((packer) => {
  it('copies, shares, deprecates and hands over a verified image', async () => {
    let account: Account | undefined
    const run = await play(packer, {
      inputs: {...all, 'skip-unchanged': 'true'},
      onCloud: prepare,
      afterwards: async (local) => void (account = await look(local))
    })
    expect(run).toMatchObject({exitCode: 0, leftovers: [], outputs: {verdict: 'verified'}})
    const amis = JSON.parse(run.outputs['amis'] ?? '') as Record<string, string>
    expect(Object.keys(amis).slice(1)).toEqual(elsewhere)
    expect(account?.images).toEqual(Object.fromEntries(Object.keys(amis).map((region) => [region, [released]])))
    expect(JSON.stringify(account?.images)).not.toContain(':expires')
    expect(account).toMatchObject({launched: run.outputs['ami-id'], named: run.outputs['ami-id']})
    expect(account?.shared).toEqual([
      {UserId: '210987654321'},
      {OrganizationArn: 'arn:aws:organizations::123456789012:organization/o-0123456789'}
    ])
    expect(account?.deprecated).toEqual(Object.keys(amis).map(() => expect.any(String)))
    expect(run.outputs['launch-template-version']).toBe('2')
  })

  it.each([
    ['a copy that AWS denies', 'CopyImage#2=denied'],
    ['a copy that AWS cannot share', 'ModifyImageAttribute#4=denied']
  ])('keeps the image and no copy, and names it nowhere, after %s', async (_, fault) => {
    let account: Account | undefined
    const run = await play(packer, {
      inputs: all,
      faults: [parseFault(fault)],
      onCloud: prepare,
      afterwards: async (local) => void (account = await look(local))
    })
    expect(run).toMatchObject({exitCode: 1, leftovers: [], outputs: {verdict: 'verified', deregistered: 'false'}})
    expect(elsewhere.map((region) => account?.images[region])).toEqual([[], []])
    expect(account?.named).toBeUndefined()
    expect(account?.launched).not.toBe(run.outputs['ami-id'])
  })

  it('promotes an image of an earlier bake, and goes back to it when it is no longer the newest', async () => {
    const runs: ActionRun[] = []
    const accounts: Account[] = []
    const followers = {'ssm-parameter': parameter, 'launch-template': template}
    let earlier = ''
    const {again, leftovers} = await play(packer, {
      onCloud: prepare,
      again: [
        {
          async before(local, outputs) {
            earlier = outputs['ami-id'] ?? ''
            runs.push(await promote(local, {...all, 'ami-id': earlier}))
            accounts.push(await look(local))
          },
          inputs: followers
        }
      ],
      async afterwards(local) {
        accounts.push(await look(local))
        runs.push(await promote(local, {...followers, 'ami-id': earlier}))
        accounts.push(await look(local))
      }
    })
    const later = again[0]?.outputs['ami-id']
    expect(later).not.toBe(earlier)
    expect(runs).toMatchObject([
      {exitCode: 0, outputs: {'previous-ami-id': expect.any(String), 'launch-template-version': '2'}},
      {exitCode: 0, outputs: {'previous-ami-id': later, 'launch-template-version': '4'}}
    ])
    expect(accounts.map(({named}) => named)).toEqual([earlier, later, earlier])
    expect(accounts.map(({launched}) => launched)).toEqual([earlier, later, earlier])
    const [promoted] = accounts
    const [original] = Object.values(promoted?.images ?? {}).flat()
    const copy = {
      ...original,
      'bake-jenkins-ami:bake': expect.not.stringContaining(original?.['bake-jenkins-ami:bake'] ?? ''),
      'bake-jenkins-ami:began': expect.any(String),
      'bake-jenkins-ami:origin': original?.['bake-jenkins-ami:bake'],
      'bake-jenkins-ami:origin-began': original?.['bake-jenkins-ami:began']
    }
    expect(elsewhere.flatMap((region) => promoted?.images[region])).toEqual([copy, copy])
    expect(JSON.stringify(promoted?.images)).not.toContain(':expires')
    expect(Object.keys(JSON.parse(runs[0]?.outputs['amis'] ?? '') as object).slice(1)).toEqual(elsewhere)
    // The rehearsal knows only of the images that the bakes' outputs name.
    const copies = Object.values(JSON.parse(runs[0]?.outputs['amis'] ?? '') as Record<string, string>).slice(1)
    expect(leftovers.flatMap(({type, id}) => (type === 'image' ? [id] : []))).toEqual(copies)
    expect(leftovers.filter(({type}) => type !== 'image' && type !== 'snapshot')).toEqual([])
  })

  it('lets the newest image win where two bakes of one name run at once', async () => {
    let account: Account | undefined
    let newest: string | undefined
    const followers = {'ssm-parameter': parameter, 'launch-template': template}
    const {beside, ...first} = await play(packer, {
      inputs: followers,
      beside: [{}, {}],
      onCloud: prepare,
      async afterwards(local) {
        account = await look(local)
        const {Images = []} = await clientIn(local, local.cloud.region).describeImages({Owners: ['self']})
        newest = Images.toSorted((one, other) => ((one.CreationDate ?? '') < (other.CreationDate ?? '') ? 1 : -1))[0]
          ?.ImageId
      }
    })
    const runs = [first, ...beside]
    expect(runs).toMatchObject(runs.map(() => ({exitCode: 0, outputs: {verdict: 'verified', deregistered: 'false'}})))
    expect(new Set(runs.map(({outputs}) => outputs['ami-id'])).size).toBe(3)
    expect(first.leftovers).toEqual([])
    expect(account).toMatchObject({named: newest, launched: newest})
  })

  it('promotes only what a bake has verified, and says what is wrong before it changes anything', async () => {
    const runs: ActionRun[] = []
    const {calls} = await play(packer, {
      inputs: {'smoke-test': 'false'},
      async afterwards(local, {outputs}) {
        const id = outputs['ami-id'] ?? ''
        runs.push(await promote(local, {'ssm-parameter': parameter, 'ami-id': id}))
        runs.push(await promote(local, {'ssm-parameter': parameter, 'ami-id': 'ami-0123456789abcdef0'}))
        runs.push(await promote(local, {'ami-id': id}))
      }
    })
    expect(runs).toMatchObject([{exitCode: 1}, {exitCode: 1}, {exitCode: 1}])
    const [untested, unknown, purposeless] = runs.map(({log}) => log)
    expect(untested).toContain('was not verified by a bake')
    expect(unknown).toContain('is no image of this account')
    expect(purposeless).toContain('say what is to be done with the image')
    expect(calls.map(({action}) => action)).not.toContain('PutParameter')
    expect(runs[0]?.summary).toContain('❌ Nothing was changed')
  })
})
