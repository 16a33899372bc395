import {join} from 'node:path'
import {expect, it} from '@jest/globals'
import type {Leftover, LocalCloud} from '../../rehearsal/index.ts'
import {ownTemplate} from '../../rehearsal/trials/templates/own-template.ts'
import {runAction, type ActionRun} from '../../rehearsal/runner/run-action.ts'
import {rehearsalContext, rehearsalEnvironment} from '../../rehearsal/trials/settings.ts'
import {EC2} from '@aws-sdk/client-ec2'
import {populate} from '../../rehearsal/trials/look-alikes.ts'
import {play, withCurrentPacker, withPacker} from './scenario.ts'

const sweepAction = join(import.meta.dirname, '..', '..', 'sweep')
const hour = 3_600_000

/** Runs the sweep action as the runner would. */
async function runSweep({cloud}: LocalCloud, inputs: Record<string, string> = {}): Promise<ActionRun> {
  return runAction({
    action: sweepAction,
    inputs: {'aws-region': cloud.region, 'role-to-assume': cloud.roleArn, ...inputs},
    env: rehearsalEnvironment(cloud, {'role-to-assume': cloud.roleArn}, {}),
    oidc: cloud.oidc,
    context: rehearsalContext()
  })
}

interface Swept {
  readonly lost: readonly Leftover[]
  readonly early: ActionRun
  readonly dry: ActionRun
  readonly afterDry: readonly Leftover[]
  readonly swept: ActionRun
  readonly left: readonly Leftover[]
  readonly changed: readonly string[]
}

/** Loses a runner at a call of the bake, waits until the bake has expired, and sweeps. */
async function loseAndSweep(
  packer: Parameters<typeof play>[0],
  loseAt: string,
  options: Parameters<typeof play>[1] = {}
): Promise<Swept> {
  let ahead = 0
  let result: Swept | undefined
  await play(packer, {
    ...options,
    loseAt,
    now: () => new Date(Date.now() + ahead),
    async afterwards(local) {
      const {cloud} = local
      const {endpoint, region, administrator: credentials} = cloud
      const ec2 = new EC2({endpoint, region, credentials, maxAttempts: 5})
      const lost = cloud.leftovers()
      const others = await cloud.furnish(() => populate(ec2, {imageId: cloud.sourceImageId, count: 8}))
      const early = await runSweep(local)
      ahead = 4 * hour
      const dry = await runSweep(local, {'dry-run': 'true'})
      const afterDry = cloud.leftovers()
      const swept = await runSweep(local)
      result = {lost, early, dry, afterDry, swept, left: cloud.leftovers(), changed: await others.changed()}
      ec2.destroy()
    }
  })
  if (!result) throw new Error('the scenario did not come to its end')
  return result
}

const named = (leftovers: readonly Leftover[]): string[] => leftovers.map(({type, id}) => `${type} ${id}`).toSorted()

withPacker((packer) => {
  it.each(['packer:RunInstances', 'CreateImage:after'])(
    'removes what a bake left whose runner was lost at %s',
    async (loseAt) => {
      const {lost, early, dry, afterDry, swept, left, changed} = await loseAndSweep(packer, loseAt)
      expect(lost).not.toEqual([])
      expect(early).toMatchObject({exitCode: 0, outputs: {found: '0', removed: '0', left: '0'}})
      expect(dry).toMatchObject({exitCode: 0, outputs: {removed: '0', left: String(lost.length)}})
      const listed = JSON.parse(dry.outputs['report'] ?? '') as Leftover[]
      expect(named(listed)).toEqual(named(lost))
      expect(named(afterDry)).toEqual(named(lost))
      expect(swept).toMatchObject({exitCode: 0, outputs: {left: '0'}})
      expect(left).toEqual([])
      expect(changed).toEqual([])
      expect(swept.summary).toContain(`✅ ${swept.outputs['removed']} expired resources removed`)
    }
  )
})

withCurrentPacker((packer) => {
  it('finds what a template without tags made, when the runner is lost after the action has tagged it', async () => {
    // The key pair, the group, the instance and its volume, while Packer waits for states that last.
    const {lost, swept, left, changed} = await loseAndSweep(packer, 'action:CreateTags#4:after', {
      inputs: {template: ownTemplate()},
      stateDelayMs: 3_000
    })
    expect(lost.map(({type}) => type)).toEqual(
      expect.arrayContaining(['instance', 'volume', 'security-group', 'key-pair'])
    )
    expect(swept).toMatchObject({exitCode: 0, outputs: {left: '0'}})
    expect(left).toEqual([])
    expect(changed).toEqual([])
  })

  it('retires the older images of a name, keeps the newest, and says why it stays', async () => {
    const runs: ActionRun[] = []
    const left: (readonly string[])[] = []
    let ahead = 0
    const {again, ...first} = await play(packer, {
      again: [{}, {}],
      now: () => new Date(Date.now() + ahead),
      async afterwards(local) {
        // Images that are younger than a week may be in use without AWS having reported it.
        ahead = 8 * 86_400_000
        const {endpoint, region, administrator: credentials} = local.cloud
        const ec2 = new EC2({endpoint, region, credentials})
        for (const dryRun of ['true', 'false', 'false']) {
          runs.push(await runSweep(local, {'keep-last': '1', 'dry-run': dryRun}))
          const {Images = []} = await ec2.describeImages({Owners: ['self']})
          left.push(Images.map(({ImageId = ''}) => ImageId))
        }
        ec2.destroy()
      }
    })
    const [oldest, middle, newest = ''] = [first, ...again].map(({outputs}) => outputs['ami-id'] ?? '')
    expect(runs).toMatchObject([
      {exitCode: 0, outputs: {retired: '0', left: '0'}},
      {exitCode: 0, outputs: {retired: '2'}},
      {exitCode: 0, outputs: {retired: '0'}}
    ])
    expect(left.map((ids) => ids.length)).toEqual([3, 1, 1])
    expect(left[1]).toEqual([newest])
    const told = JSON.parse(runs[1]?.outputs['images'] ?? '[]') as {id: string; outcome: string; reason: string}[]
    expect(told).toEqual(
      expect.arrayContaining([
        expect.objectContaining({id: oldest, outcome: 'retired'}),
        expect.objectContaining({id: middle, outcome: 'retired'}),
        expect.objectContaining({id: newest, outcome: 'stays', reason: 'it is the newest'})
      ])
    )
    expect(runs[0]?.summary).toContain('## ⚪ 2 images would be retired')
    expect(runs[1]?.summary).toContain('## ✅ 2 images retired')
  })
})
