import {AutoScaling} from '@aws-sdk/client-auto-scaling'
import {expect, it} from '@jest/globals'
import type {AuthorizationRequest} from '../../rehearsal/cloud/auth/authorize.ts'
import {tagKeys, tagSpecifications} from '../../src/aws/tags.ts'
import {retirements} from '../../src/retire/choose.ts'
import {retireImages} from '../../src/retire/retire.ts'
import {recordingLog} from '../helpers/recording-log.ts'
import {allows, shippedPolicy, statementsOf, type Statement} from '../helpers/shipped-policy.ts'
import {launch, startTestCloud} from '../rehearsal/cloud/test-cloud.ts'

const hour = 3_600_000
const statements = ['sweep-permissions.json', 'retire-permissions.json'].flatMap(statementsOf)
/** What the sweep action asked for while it retired images. */
const asked: AuthorizationRequest[] = []

it('suffices, with that of the sweep, to retire what a bake has kept, and touches nothing else', async () => {
  let judges = false
  let ahead = 0
  const policy = shippedPolicy('sweep-permissions.json', statementsOf('retire-permissions.json'))
  const {ec2, cloud} = await startTestCloud({
    now: () => new Date(Date.now() + ahead),
    authorize(request) {
      if (!judges) return {allowed: true}
      asked.push(request)
      return policy(request)
    }
  })
  const settings = {region: cloud.region, endpoint: cloud.endpoint, credentials: cloud.administrator, maxAttempts: 1}
  const autoScaling = new AutoScaling(settings)
  const instance = await launch(ec2, cloud)
  const image = async (n: number, tags: Record<string, string>): Promise<string> => {
    ahead += 1_000
    const {ImageId = ''} = await ec2.createImage({
      InstanceId: instance,
      NoReboot: true,
      Name: `image ${n}`,
      TagSpecifications: tagSpecifications(tags, 'image', 'snapshot')
    })
    await ec2.describeImages({ImageIds: [ImageId]})
    return ImageId
  }
  for (let n = 1; n <= 6; n += 1) {
    await image(n, {
      [tagKeys.bake]: String(n).padStart(12, '0'),
      [tagKeys.run]: 'octo/images/1/1',
      [tagKeys.name]: 'jenkins',
      [tagKeys.verified]: 'yes',
      [tagKeys.began]: new Date(Date.now() - hour).toISOString()
    })
  }
  const others = [await image(7, {}), await image(8, {[tagKeys.bake]: '0123456789ab', [tagKeys.expires]: 'soon'})]
  judges = true
  for (const ImageId of others) {
    await expect(ec2.disableImage({ImageId})).rejects.toThrow(/not authorized/)
    await expect(ec2.enableImageDeprecation({ImageId, DeprecateAt: new Date('2099-01-01')})).rejects.toThrow(
      /not authorized/
    )
  }
  const context = {ec2, autoScaling, readParameter: async () => '', parameters: [], log: recordingLog()}
  const rule = {keepLast: 1, unusedForMs: 0}
  for (const by of retirements.toReversed()) {
    const limit = AbortSignal.timeout(300_000)
    const {retired} = await retireImages(context, {rule, by, dryRun: false, log: recordingLog(), limit})
    expect(retired.map(({outcome}) => outcome)).toEqual(Array.from({length: 5}, () => 'retired'))
  }
  expect((await ec2.describeImages({Owners: ['self']})).Images).toHaveLength(3)
})

const actionsOf = ({Action}: Statement): string[] => [Action].flat()
const own = statementsOf('retire-permissions.json').flatMap((statement) =>
  actionsOf(statement).map((action) => ({sid: statement.Sid ?? '', action}))
)

/** What no launch template here follows, and no local service asks by the evaluator's rules. */
const elsewhere = new Set(['ssm:GetParameter'])

it.each(own.filter(({action}) => !elsewhere.has(action)))(
  'would be denied $action without it in $sid',
  async ({sid, action}) => {
    const left = statements.map((one) =>
      one.Sid === sid ? {...one, Action: actionsOf(one).filter((other) => other !== action)} : one
    )
    const wanted = asked.filter((request) => request.action === action)
    expect(wanted).not.toEqual([])
    const verdicts = await Promise.all(
      wanted.flatMap(({resources}) => resources.map((resource) => allows(left, {action, ...resource})))
    )
    expect(verdicts).toContain(false)
  }
)
