import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {beforeEach, expect, it} from '@jest/globals'
import {openLedger, type Ledger} from '../../../src/ledger/ledger.ts'
import {sweep} from '../../../src/sweep/sweep.ts'
import {takeDown} from '../../../src/sweep/take-down.ts'
import {launch, startTestCloud, type TestCloud} from '../../rehearsal/cloud/test-cloud.ts'
import {quickPause} from '../../helpers/quick-pause.ts'
import {recordingLog, type RecordingLog} from '../../helpers/recording-log.ts'
import {accountOf} from '../../helpers/test-account.ts'

let ledger: Ledger
let log: RecordingLog
beforeEach(() => {
  ledger = openLedger(mkdtempSync(join(tmpdir(), 'take-down-')), 'bake')
  log = recordingLog()
})

/** The machine of a smoke test in its group, as the ledger has them. */
async function machineInGroup({ec2, cloud}: TestCloud, settings: Parameters<typeof launch>[2] = {}) {
  const {GroupId: group = ''} = await ec2.createSecurityGroup({GroupName: 'smoke', Description: 'd'})
  const machine = await launch(ec2, cloud, {...settings, SecurityGroupIds: [group]})
  ledger.made('security-group', group)
  ledger.made('instance', machine)
  return {machine, group, smoke: {instances: [machine], groups: [{type: 'security-group', id: group} as const]}}
}

async function volumesOf({ec2}: TestCloud, machine: string): Promise<string[]> {
  const {Volumes = []} = await ec2.describeVolumes({Filters: [{Name: 'attachment.instance-id', Values: [machine]}]})
  return Volumes.map(({VolumeId = ''}) => VolumeId)
}

function swept({ec2}: TestCloud) {
  const limit = AbortSignal.timeout(300_000)
  return sweep({account: accountOf(ec2), bakeId: 'ours', ledger, log, limit, settleMs: 10, pause: quickPause})
}

it('ends the machine, waits until it has ended, and removes its group', async () => {
  const test = await startTestCloud({stateDelayMs: 700})
  const {smoke} = await machineInGroup(test)
  const before = test.cloud.calls.length

  await takeDown(accountOf(test.ec2), smoke, {bakeId: 'ours', ledger, log})
  const actions = test.cloud.calls.slice(before).map(({action}) => action)
  expect([...new Set(actions)]).toEqual([
    'DescribeVolumes',
    'TerminateInstances',
    'DescribeInstances',
    'DeleteSecurityGroup'
  ])
  expect(actions.filter((action) => action === 'DeleteSecurityGroup')).toHaveLength(1)
  expect(actions.filter((action) => action === 'DescribeInstances').length).toBeGreaterThan(1)
  expect(test.cloud.leftovers()).toEqual([])
})

it('leaves the machine in the ledger, for what may descend from it, and not the group', async () => {
  const test = await startTestCloud()
  const {machine, smoke} = await machineInGroup(test)
  const [volume = ''] = await volumesOf(test, machine)

  await takeDown(accountOf(test.ec2), smoke, {bakeId: 'ours', ledger, log})
  expect(ledger.resources).toEqual([
    {type: 'instance', id: machine},
    {type: 'volume', id: volume}
  ])
})

it('lets the sweep find a volume that the machine leaves behind, and a snapshot of one that goes with it', async () => {
  const test = await startTestCloud()
  const {machine, smoke} = await machineInGroup(test, {
    BlockDeviceMappings: [{DeviceName: '/dev/sdf', Ebs: {VolumeSize: 1, DeleteOnTermination: false}}]
  })
  for (const VolumeId of await volumesOf(test, machine)) await test.ec2.createSnapshot({VolumeId})

  await takeDown(accountOf(test.ec2), smoke, {bakeId: 'ours', ledger, log})
  expect(test.cloud.leftovers().map(({type}) => type)).toEqual(['volume', 'snapshot', 'snapshot'])
  expect(await swept(test)).toEqual([])
  expect(test.cloud.leftovers()).toEqual([])
})

it('records no volume that was there before the bake, so that nothing is taken for its descendant', async () => {
  const test = await startTestCloud()
  const {machine, smoke} = await machineInGroup(test)
  // The volumes of this machine are older now.
  ledger.begin(new Date(Date.now() + 60_000))

  await takeDown(accountOf(test.ec2), smoke, {bakeId: 'ours', ledger, log})
  expect(ledger.resources).toEqual([{type: 'instance', id: machine}])
})

it('does not wait for a machine that AWS has forgotten', async () => {
  const test = await startTestCloud()
  const {group, smoke} = await machineInGroup(test)
  const gone = {...smoke, instances: ['i-0123456789abcdef0']}
  await test.ec2.terminateInstances({InstanceIds: [...smoke.instances]})

  await takeDown(accountOf(test.ec2), gone, {bakeId: 'ours', ledger, log})
  expect(ledger.resources.map(({id}) => id)).not.toContain(group)
})

it('leaves to the sweep what AWS refuses to remove, and says so', async () => {
  const test = await startTestCloud()
  const {group, smoke} = await machineInGroup(test)
  // Another instance uses the group, too.
  const other = await launch(test.ec2, test.cloud, {SecurityGroupIds: [group]})

  await takeDown(accountOf(test.ec2), smoke, {bakeId: 'ours', ledger, log})
  expect(ledger.resources).toContainEqual({type: 'security-group', id: group})
  expect(test.cloud.leftovers().map(({id}) => id)).toEqual(expect.arrayContaining([group, other]))
  expect(log.lines.at(-1)).toMatch(/^The smoke test’s machine or group is not removed yet, and the sweep tries again: /)
})

it('calls nothing where nothing was launched', async () => {
  const test = await startTestCloud()
  const before = test.cloud.calls.length
  await takeDown(accountOf(test.ec2), {instances: [], groups: []}, {bakeId: 'ours', ledger, log})
  expect(test.cloud.calls).toHaveLength(before)
})
