import {expect, it} from '@jest/globals'
import {tagKeys, tagSpecifications} from '../../src/aws/tags.ts'
import {sweepAccount} from '../../src/sweep/account.ts'
import {launch, startTestCloud} from '../rehearsal/cloud/test-cloud.ts'
import {recordingLog} from '../helpers/recording-log.ts'
import {allows, shippedPolicy, statementsOf} from '../helpers/shipped-policy.ts'
import {accountOf} from '../helpers/test-account.ts'
import type {AuthorizationRequest} from '../../rehearsal/cloud/auth/authorize.ts'

const hour = 3_600_000

/** What the sweep action asked for. */
const asked: AuthorizationRequest[] = []

/** The policy that the README hands out. */
const sweepPermissions = shippedPolicy('sweep-permissions.json')

it('suffices to remove what has expired, and does not allow to remove what a bake kept', async () => {
  let judges = false
  let ahead = 0
  const {ec2, cloud} = await startTestCloud({
    now: () => new Date(Date.now() + ahead),
    authorize: (request) => {
      if (!judges) return {allowed: true}
      asked.push(request)
      return sweepPermissions(request)
    }
  })
  const expired = {[tagKeys.bake]: '0123456789ab', [tagKeys.expires]: new Date(Date.now() + hour).toISOString()}
  await ec2.createKeyPair({
    KeyName: 'k',
    KeyType: 'ed25519',
    TagSpecifications: tagSpecifications(expired, 'key-pair')
  })
  const {GroupId = ''} = await ec2.createSecurityGroup({
    GroupName: 'bake-jenkins-ami-smoke-0123456789ab',
    Description: 'd',
    TagSpecifications: tagSpecifications(expired, 'security-group')
  })
  await ec2.createLaunchTemplate({
    LaunchTemplateName: 'packer-fleet-launch-template-abcdefg',
    LaunchTemplateData: {ImageId: cloud.sourceImageId},
    TagSpecifications: tagSpecifications(expired, 'launch-template')
  })
  const instance = await launch(ec2, cloud, {
    SecurityGroupIds: [GroupId],
    InstanceMarketOptions: {MarketType: 'spot'},
    BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {VolumeSize: 8, DeleteOnTermination: false}}],
    TagSpecifications: tagSpecifications(expired, 'instance', 'volume', 'spot-instances-request')
  })
  await ec2.createImage({
    InstanceId: instance,
    Name: 'expired',
    TagSpecifications: tagSpecifications(expired, 'image', 'snapshot')
  })
  const kept = tagSpecifications({[tagKeys.bake]: '0123456789ab'}, 'image', 'snapshot')
  const {ImageId = ''} = await ec2.createImage({InstanceId: instance, Name: 'kept', TagSpecifications: kept})
  await ec2.describeImages({})

  judges = true
  ahead = 2 * hour
  // Its first call tells the client AWS's time.
  await ec2.describeImages({}).catch(() => undefined)
  await expect(ec2.deregisterImage({ImageId})).rejects.toThrow(/not authorized/)
  const limit = AbortSignal.timeout(300_000)
  const report = await sweepAccount(accountOf(ec2), {dryRun: false, log: recordingLog(), limit})
  expect(report.swept.filter(({outcome}) => outcome !== 'removed')).toEqual([])
  expect(report.unseen).toEqual([])
  expect(cloud.calls.filter(({errorCode}) => errorCode === 'UnauthorizedOperation').map(({action}) => action)).toEqual([
    'DeregisterImage'
  ])
  expect(cloud.leftovers([ImageId])).toEqual([])
})

const [look, remove] = statementsOf('sweep-permissions.json')
const actionsOf = (statement: typeof look): string[] => [statement?.Action ?? []].flat()

it.each([...actionsOf(look), ...actionsOf(remove)])('would be denied %s without it', async (action) => {
  const rest = (statement: typeof look) =>
    statement === undefined ? [] : [{...statement, Action: actionsOf(statement).filter((one) => one !== action)}]
  const wanted = asked.filter((request) => request.action === action)
  expect(wanted).not.toEqual([])
  const verdicts = await Promise.all(
    wanted.flatMap(({resources}) =>
      resources.map((resource) => allows([...rest(look), ...rest(remove)], {action, ...resource}))
    )
  )
  expect(verdicts).not.toContain(true)
})
